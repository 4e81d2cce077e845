import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../../../base/index.ts";
import type { Schema } from "../schema/schema.ts";
import { badRequest, Refusal, unsupported } from "./refusal.ts";
import { bodyOf, type KubernetesRequest, unsupportedMediaType } from "./request.ts";
import { strategicMerge } from "./strategic.ts";

const PATCHES = {
  "application/merge-patch+json": (live, patch) => mergePatch(live, patch),
  "application/json-patch+json": (live, patch) => jsonPatch(live, patch),
  "application/strategic-merge-patch+json": (live, patch, schema) =>
    isObject(patch) ? strategicMerge(schema, live, patch) : patch,
} satisfies Record<string, (live: JsonObject, patch: JsonValue, schema: Schema | undefined) => JsonValue>;

export type PatchType = keyof typeof PATCHES;
export const PATCH_TYPES = Object.keys(PATCHES) as readonly PatchType[];

/** What a request's patch makes of an object, when it is of one of the given types; `others` are those that the caller takes besides. */
export function patchOf(
  request: KubernetesRequest,
  types: readonly PatchType[],
  others: readonly string[] = [],
): (live: JsonObject, schema?: Schema) => JsonObject {
  const type = types.find((each) => each === request.contentType);
  if (type === undefined) throw unsupportedMediaType([...types, ...others]);
  return (live, schema) => {
    const object = PATCHES[type](live, bodyOf(request), schema);
    if (!isObject(object)) throw badRequest("the patch leaves no object");
    return object;
  };
}

/** RFC 7396: null takes a member away, lists are replaced. */
function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isObject(patch)) return patch;
  const out: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete out[key];
    else out[key] = mergePatch(out[key], value);
  }
  return out;
}

/** RFC 6902, without `move` and `copy`. */
function jsonPatch(target: JsonObject, patch: JsonValue): JsonValue {
  if (!Array.isArray(patch)) throw badRequest("a JSON patch is a list of operations");
  return patch.reduce<JsonValue>((document, operation) => {
    if (!isObject(operation) || typeof operation.path !== "string")
      throw badRequest("an operation of a JSON patch has op and path");
    const steps = operation.path
      .split("/")
      .slice(1)
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    switch (operation.op) {
      case "add":
      case "replace":
      case "remove":
      case "test":
        return edit(document, steps, operation.op, operation.value, operation.path);
      default:
        throw unsupported(`the operation ${JSON.stringify(operation.op)} of JSON patches`);
    }
  }, target);
}

function edit(
  target: JsonValue | undefined,
  [step, ...rest]: readonly string[],
  op: "add" | "replace" | "remove" | "test",
  value: JsonValue | undefined,
  path: string,
): JsonValue {
  const missing = () =>
    new Refusal(422, "Invalid", `the server rejected our request due to an error in our request: ${path} is not there`);
  if (step === undefined) {
    if (op === "test" && !jsonEqual(target, value)) throw new Refusal(422, "Invalid", `testing value ${path} failed`);
    return (op === "test" ? target : value) ?? null;
  }
  const inner = (member: JsonValue | undefined) => edit(member, rest, op, value, path);
  const last = rest.length === 0;
  if (Array.isArray(target)) {
    const index = step === "-" ? target.length : /^(0|[1-9]\d*)$/.test(step) ? Number(step) : -1;
    const most = op === "add" && last ? target.length : target.length - 1;
    if (index < 0 || index > most) throw missing();
    if (last && op === "add") return target.toSpliced(index, 0, value ?? null);
    if (last && op === "remove") return target.toSpliced(index, 1);
    return target.with(index, inner(target[index]));
  }
  if (!isObject(target) || (target[step] === undefined && !(last && op === "add"))) throw missing();
  if (last && op === "remove") {
    const { [step]: _, ...others } = target;
    return others;
  }
  return { ...target, [step]: inner(target[step]) };
}
