import type { JsonObject } from "../../../base/index.ts";

/** What Key Vault's data plane says no with: Azure's status and code, and for some a code inside that tells more. */
export class VaultRefusal extends Error {
  override readonly name = "VaultRefusal";
  readonly status: number;
  readonly code: string;
  readonly inner: string | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { inner?: string; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.inner = more.inner;
    this.headers = more.headers ?? {};
  }

  toBody(): JsonObject {
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(this.inner === undefined ? {} : { innererror: { code: this.inner } }),
      },
    };
  }
}
