import { asObject, asString, type JsonObject } from "../../base/index.ts";

/** Who we are to server-side apply: `deploy.sh` and `docs/kubernetes.md` use the same, so that no two of our ways own the same field twice. */
export const FIELD_MANAGER = "quayside";

/** What became of an object. */
export type Change = "created" | "configured" | "unchanged";

/** Which object of the Kubernetes API. */
export interface ObjectName {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent: the whole cluster's, or not said. */
  readonly namespace?: string;
  readonly name: string;
}

export interface AppliedObject extends ObjectName {
  readonly change: Change;
}

export function nameOf({ apiVersion, kind, metadata }: JsonObject): ObjectName {
  const { name, namespace } = asObject(metadata);
  return {
    apiVersion: asString(apiVersion),
    kind: asString(kind),
    name: asString(name),
    ...(typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
  };
}

/** `ConfigMap azureml/volcano-scheduler-autoscaler` */
export function titleOf({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** Changes with every write that changes something: the API server keeps it when an apply leaves all as it is. */
export function versionOf({ metadata }: JsonObject): string {
  return asString(asObject(metadata).resourceVersion);
}
