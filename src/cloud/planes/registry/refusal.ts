import type { JsonObject } from "../../../base/index.ts";

/** What a registry says no with: the OCI distribution specification's codes, with an HTTP status. */
export class RegistryRefusal extends Error {
  override readonly name = "RegistryRefusal";
  readonly status: number;
  readonly code: string;
  readonly detail: JsonObject | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly detail?: JsonObject; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.detail = more.detail;
    this.headers = more.headers ?? {};
  }

  toBody(): JsonObject {
    const detail = this.detail === undefined ? {} : { detail: this.detail };
    return { errors: [{ code: this.code, message: this.message, ...detail }] };
  }
}

export const manifestUnknown = (reference: string) =>
  new RegistryRefusal(404, "MANIFEST_UNKNOWN", `manifest ${reference} is not found`, { detail: { reference } });
export const blobUnknown = (digest: string) =>
  new RegistryRefusal(404, "BLOB_UNKNOWN", `blob ${digest} is unknown to the registry`, { detail: { digest } });
export const uploadUnknown = (id: string) =>
  new RegistryRefusal(404, "BLOB_UPLOAD_UNKNOWN", `blob upload ${id} is unknown to the registry`);
export const repositoryUnknown = (name: string) =>
  new RegistryRefusal(404, "NAME_UNKNOWN", `repository ${name} is not known to the registry`, { detail: { name } });
export const digestInvalid = (message: string) => new RegistryRefusal(400, "DIGEST_INVALID", message);
export const manifestInvalid = (message: string) => new RegistryRefusal(400, "MANIFEST_INVALID", message);
export const unsupported = (what: string) =>
  new RegistryRefusal(405, "UNSUPPORTED", `the embedded Azure does not support ${what}; see docs/parity.md`, {
    headers: { "x-ms-quayside-unsupported": what },
  });
export const locked = (what: string) =>
  new RegistryRefusal(405, "UNSUPPORTED", `${what} is locked: its changeable attributes do not allow this`);
