/** A request that is refused: the status, a stable word, and one line that a caller can act on. */
export class RequestFault extends Error {
  override readonly name = "RequestFault";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${code}: ${message}`);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** The model cannot be served at all; the process reports it and ends with exit code 3. */
export class ModelFault extends Error {
  override readonly name = "ModelFault";
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
