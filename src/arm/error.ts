import { isObject, type JsonValue } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";

/** Azure answered no. `code` is Azure's own word for it. */
export class ArmError extends QuaysideError {
  override readonly name = "ArmError";
  readonly status: number;
  readonly correlationId: string | undefined;

  constructor(status: number, code: string, message: string, more: { correlationId?: string; hint?: string } = {}) {
    super(message, {
      code,
      fault: status === 403 || status === 401 ? "user" : "azure",
      ...(more.hint === undefined ? {} : { hint: more.hint }),
    });
    this.status = status;
    this.correlationId = more.correlationId;
  }
}

/** The wire between us and Azure failed: no answer, no name, no trust. */
export class NetworkError extends QuaysideError {
  override readonly name = "NetworkError";

  constructor(message: string, cause: unknown) {
    super(message, {
      code: "arm.unreachable",
      fault: "network",
      cause,
      hint: "check the address, the proxy and the certificate authority",
    });
  }
}

/** Reads the error out of a body in any of the shapes that Azure's services use; inner details are appended, since they hold the cause. */
export function errorFromBody(status: number, body: JsonValue | undefined, correlationId?: string): ArmError {
  const outer = isObject(body) && isObject(body.error) ? body.error : isObject(body) ? body : {};
  const code = firstString(outer.code, outer.error_code, outer.error) ?? `HttpStatus${status}`;
  const message = firstString(outer.message, outer.error_description) ?? `the server answered ${status} without saying why`;
  const details = innerMessages(outer);
  const text = [message, ...details.filter((detail) => !message.includes(detail))].join("; ");
  return new ArmError(status, code, text, correlationId === undefined ? {} : { correlationId });
}

function innerMessages(error: Record<string, JsonValue | undefined>): string[] {
  if (!Array.isArray(error.details)) return [];
  return error.details.flatMap((detail) => {
    if (!isObject(detail)) return [];
    const inner = innerMessages(detail);
    const own = firstString(detail.message);
    const code = firstString(detail.code);
    return inner.length > 0 ? inner : own === undefined ? [] : [code === undefined ? own : `${code}: ${own}`];
  });
}

function firstString(...values: readonly (JsonValue | undefined)[]): string | undefined {
  return values.find((value): value is string => typeof value === "string" && value !== "");
}
