import type { JsonObject } from "../../../../base/index.ts";
import { applyFields } from "../fields/managed-fields.ts";
import { objectAt, textAt } from "../kinds/columns.ts";
import { NAMESPACE } from "../kinds/index.ts";
import { apiVersionOf } from "../kinds/kind.ts";
import { check } from "../schema/validate.ts";
import { PATCH_TYPES, patchOf } from "../wire/patch.ts";
import { alreadyExists, badRequest, conflict, invalidObject, notFound, Refusal } from "../wire/refusal.ts";
import { type KubernetesRequest, objectBody, PROTOBUF, unsupportedMediaType } from "../wire/request.ts";
import { admitCreate, admitUpdate } from "./admission.ts";
import { type Call, existing, isDryRun } from "./call.ts";
import { readObject } from "./read.ts";
import { scaled, scaleOf } from "./scale.ts";
import { finish, rfc3339 } from "./write.ts";

export interface Written {
  readonly status: 200 | 201;
  readonly object: JsonObject;
  /** For `Warning` headers. */
  readonly warnings: readonly string[];
}

const STALE = "the object has been modified; please apply your changes to the latest version and try again";

export function create(call: Call): Written {
  const { kind, host, objects, cluster } = call;
  requireJson(call.request);
  const { object, warnings } = readObject(call, objectBody(call.request));
  const named = withName(object, () => host.newGuid().replaceAll("-", "").slice(0, 5));
  const name = textAt(named, "metadata.name");
  if (objects.get(cluster.uid, kind, call.namespace ?? "", name) !== undefined) throw alreadyExists(kind, name);
  if (textAt(named, "metadata.resourceVersion") !== "")
    throw badRequest("resourceVersion should not be set on objects to be created");
  requireNamespace(call);
  return store(call, undefined, finishing(call, undefined, admitCreate(call, named)), 201, warnings);
}

function withName(object: JsonObject, random: () => string): JsonObject {
  const prefix = textAt(object, "metadata.generateName");
  if (prefix === "" || textAt(object, "metadata.name") !== "") return object;
  return { ...object, metadata: { ...objectAt(object, "metadata"), name: `${prefix}${random()}` } };
}

export function replace(call: Call): Written {
  requireJson(call.request);
  const live = existing(call);
  const { object, warnings } = readObject(call, objectBody(call.request));
  return update(call, live, object, warnings);
}

/** A new number of replicas, written to where it belongs. */
export function rescale(call: Call): Written {
  const { live, object } = scaled(call);
  const { status, object: made, warnings } = update(call, live, object, []);
  return { status, object: scaleOf(made), warnings };
}

function update(call: Call, live: JsonObject, object: JsonObject, warnings: readonly string[]): Written {
  requireFresh(call, live, object);
  admitUpdate(call, live, object);
  return store(call, live, finishing(call, live, object), 200, warnings);
}

const APPLY = "application/apply-patch+yaml";

export function patch(call: Call): Written {
  const { kind, request } = call;
  if (request.contentType === APPLY) return apply(call);
  // Kinds of a CustomResourceDefinition have no strategy to merge by.
  const types = PATCH_TYPES.filter((type) => kind.feature === undefined || !type.includes("strategic"));
  const patched = patchOf(request, types, [APPLY]);
  const live = existing(call);
  const { object, warnings } = readObject(call, patched(live, kind.schema));
  return update(call, live, object, warnings);
}

function apply(call: Call): Written {
  const { kind, host, request, name } = call;
  const manager = request.query.get("fieldManager") ?? "";
  if (manager === "")
    throw new Refusal(
      422,
      "Invalid",
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  const { object: config, warnings } = readObject(call, objectBody(request));
  const { managedFields, resourceVersion } = objectAt(config, "metadata");
  if (Array.isArray(managedFields) && managedFields.length > 0) throw badRequest("metadata.managedFields must be nil");
  const live = call.objects.get(call.cluster.uid, kind, call.namespace ?? "", name);
  if (live === undefined && typeof resourceVersion === "string") throw conflict(kind, name, STALE);
  if (live !== undefined) requireFresh(call, live, config);
  else requireNamespace(call);
  const admitted = live === undefined ? admitCreate(call, config) : config;
  if (live !== undefined) admitUpdate(call, live, config);
  const problems = check(kind.schema, config).problems.filter(({ reason }) => reason === "FieldValueTypeInvalid");
  if (problems.length > 0) throw invalidObject(kind, name, problems);
  const write = { schema: kind.schema, live, manager, apiVersion: apiVersionOf(kind), time: rfc3339(host.clock.now()) };
  const applied = applyFields(write, admitted, request.query.get("force") === "true");
  if ("conflicts" in applied) throw conflictOf(applied.conflicts);
  const part = partOf(call);
  const object = finish({ kind, live, object: applied.object, ...part, now: host.clock.now(), uid: () => host.newGuid() });
  return store(call, live, object, live === undefined ? 201 : 200, warnings);
}

/** Kubernetes' own words: kubectl prints them and explains what to do. */
function conflictOf(conflicts: readonly { readonly owner: string; readonly field: string }[]): Refusal {
  const causes = conflicts.map(({ owner, field }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${owner}`,
    field,
  }));
  const owners = Map.groupBy(conflicts, ({ owner }) => owner);
  const lines = [...owners].map(([owner, fields]) =>
    fields.length === 1
      ? `conflict with ${owner}: ${fields[0]?.field}`
      : `conflicts with ${owner}:\n${fields.map(({ field }) => `- ${field}`).join("\n")}`,
  );
  const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
  return new Refusal(409, "Conflict", `Apply failed with ${count}: ${lines.join("\n")}`, { causes });
}

function partOf({ subresource }: Call) {
  return subresource === "status" ? ({ part: "status" } as const) : {};
}

function finishing(call: Call, live: JsonObject | undefined, object: JsonObject): JsonObject {
  const { kind, host, request } = call;
  const manager = request.query.get("fieldManager") ?? (request.userAgent.split("/")[0] || "unknown");
  return finish({ kind, live, object, ...partOf(call), manager, now: host.clock.now(), uid: () => host.newGuid() });
}

function store(
  call: Call,
  live: JsonObject | undefined,
  object: JsonObject,
  status: 200 | 201,
  warnings: readonly string[],
): Written {
  const { objects, cluster, kind, host } = call;
  if (object === live || isDryRun(call.request)) return { status, object, warnings };
  const { deletionTimestamp, finalizers } = objectAt(object, "metadata");
  const released = deletionTimestamp !== undefined && (!Array.isArray(finalizers) || finalizers.length === 0);
  const stored = host.store.transaction(() =>
    released ? objects.delete(cluster.uid, kind, object) : objects.put(cluster.uid, kind, object),
  );
  return { status, object: stored, warnings };
}

function requireNamespace({ objects, cluster, namespace }: Call): void {
  if (namespace !== undefined && objects.get(cluster.uid, NAMESPACE, "", namespace) === undefined)
    throw notFound(NAMESPACE, namespace);
}

/** A write that names the version that it was made from is refused when another one came between. */
function requireFresh({ kind, name }: Call, live: JsonObject, object: JsonObject): void {
  const [had, has] = [textAt(object, "metadata.resourceVersion"), textAt(live, "metadata.resourceVersion")];
  if (had !== "" && had !== has) throw conflict(kind, name, STALE);
  const uid = textAt(object, "metadata.uid");
  if (uid !== "" && uid !== textAt(live, "metadata.uid"))
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textAt(live, "metadata.uid")}`,
    );
}

function requireJson({ contentType }: KubernetesRequest): void {
  if (contentType !== "application/json" && contentType !== "application/yaml" && contentType !== PROTOBUF)
    throw unsupportedMediaType(["application/json", "application/yaml"]);
}
