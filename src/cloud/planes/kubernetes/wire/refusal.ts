import type { JsonObject } from "../../../../base/index.ts";
import type { Problem } from "../schema/validate.ts";

export interface RefusalDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural for most reasons, the kind for `Invalid`. */
  readonly kind?: string;
  readonly causes?: readonly JsonObject[];
}

/** What the Kubernetes API says no with: a `Status` with an HTTP code and a reason that clients act on. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly reason: string;
  readonly details: RefusalDetails | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: number,
    reason: string,
    message: string,
    details?: RefusalDetails,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
    this.headers = headers;
  }

  toStatus(): JsonObject {
    const { causes, ...details } = this.details ?? {};
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined
        ? {}
        : { details: { ...details, ...(causes === undefined ? {} : { causes: [...causes] }) } }),
      code: this.code,
    };
  }
}

/** The resource as messages write it: `configmaps`, `instancetypes.amlarc.azureml.com`. */
export interface ResourceName {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

export function qualified({ group, plural }: ResourceName): string {
  return group === "" ? plural : `${plural}.${group}`;
}

function about({ group, plural }: ResourceName, name?: string): RefusalDetails {
  return { ...(name === undefined ? {} : { name }), ...(group === "" ? {} : { group }), kind: plural };
}

export function notFound(resource: ResourceName, name: string): Refusal {
  return new Refusal(404, "NotFound", `${qualified(resource)} "${name}" not found`, about(resource, name));
}

export function alreadyExists(resource: ResourceName, name: string): Refusal {
  return new Refusal(409, "AlreadyExists", `${qualified(resource)} "${name}" already exists`, about(resource, name));
}

export function conflict(resource: ResourceName, name: string, why: string): Refusal {
  return new Refusal(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`,
    about(resource, name),
  );
}

export function badRequest(message: string): Refusal {
  return new Refusal(400, "BadRequest", message);
}

export function invalidObject({ group, kind }: ResourceName, name: string, problems: readonly Problem[]): Refusal {
  const said = problems.map(({ field, message }) => `${field}: ${message}`);
  return new Refusal(
    422,
    "Invalid",
    `${group === "" ? kind : `${kind}.${group}`} "${name}" is invalid: ${said.length === 1 ? said[0] : `[${said.join(", ")}]`}`,
    { name, ...(group === "" ? {} : { group }), kind, causes: problems.map((problem) => ({ ...problem })) },
  );
}

/** Something that Kubernetes has and this cluster has not. */
export function unsupported(feature: string): Refusal {
  return new Refusal(405, "MethodNotAllowed", `the embedded AKS does not support ${feature}; see docs/parity.md`, undefined, {
    "x-ms-quayside-unsupported": feature,
  });
}
