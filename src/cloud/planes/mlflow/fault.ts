import type { JsonObject } from "../../../base/index.ts";

export type MlflowCode =
  | "RESOURCE_DOES_NOT_EXIST"
  | "RESOURCE_ALREADY_EXISTS"
  | "INVALID_PARAMETER_VALUE"
  | "INVALID_STATE"
  | "ENDPOINT_NOT_FOUND"
  | "PERMISSION_DENIED"
  | "UNAUTHENTICATED"
  | "REQUEST_LIMIT_EXCEEDED"
  | "INTERNAL_ERROR";

/** The HTTP status that MLflow pairs with each code. */
const STATUS: Readonly<Record<MlflowCode, number>> = {
  RESOURCE_DOES_NOT_EXIST: 404,
  RESOURCE_ALREADY_EXISTS: 400,
  INVALID_PARAMETER_VALUE: 400,
  INVALID_STATE: 400,
  ENDPOINT_NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  REQUEST_LIMIT_EXCEEDED: 413,
  INTERNAL_ERROR: 500,
};

/** What the tracking server refuses: `{error_code, message}` on the wire. */
export class MlflowFault extends Error {
  override readonly name = "MlflowFault";
  readonly code: MlflowCode;
  readonly status: number;

  constructor(code: MlflowCode, message: string) {
    super(message);
    this.code = code;
    this.status = STATUS[code];
  }

  toBody(): JsonObject {
    return { error_code: this.code, message: this.message };
  }
}

export const missing = (what: string) => new MlflowFault("RESOURCE_DOES_NOT_EXIST", `${what} does not exist`);
export const exists = (what: string) => new MlflowFault("RESOURCE_ALREADY_EXISTS", `${what} already exists`);
export const invalid = (message: string) => new MlflowFault("INVALID_PARAMETER_VALUE", message);
