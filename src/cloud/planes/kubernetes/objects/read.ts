import { asString, type JsonObject } from "../../../../base/index.ts";
import { objectAt } from "../kinds/columns.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import { check } from "../schema/validate.ts";
import { badRequest } from "../wire/refusal.ts";
import type { Call } from "./call.ts";

/** Holds a body to its place and to its schema. */
export function readObject(call: Call, body: JsonObject): { readonly object: JsonObject; readonly warnings: readonly string[] } {
  const { kind, namespace, request } = call;
  const version = apiVersionOf(kind);
  for (const [member, expected] of [
    ["apiVersion", version],
    ["kind", kind.kind],
  ] as const)
    if (body[member] !== undefined && body[member] !== expected)
      throw badRequest(
        `the ${member} in the data (${JSON.stringify(body[member])}) does not match the expected one (${expected})`,
      );
  const metadata = objectAt(body, "metadata");
  if (metadata.namespace !== undefined && metadata.namespace !== null && metadata.namespace !== namespace)
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  if (call.name !== "" && metadata.name !== undefined && metadata.name !== call.name)
    throw badRequest(`the name of the object (${asString(metadata.name)}) does not match the name on the URL (${call.name})`);
  const warnings = unknownFields(call, body, request.query.get("fieldValidation") ?? "Warn");
  const placed = {
    ...withoutNulls(body),
    apiVersion: version,
    kind: kind.kind,
    metadata: {
      ...withoutNulls(metadata),
      ...(call.name === "" ? {} : { name: call.name }),
      ...(namespace === undefined ? {} : { namespace }),
    },
  };
  return { object: pruned(kind, placed), warnings };
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** Without what the schema does not know; with values of the wrong type left for the checks to name. */
function pruned(kind: Kind, object: JsonObject): JsonObject {
  const { value, problems } = check(kind.schema, object);
  return problems.some(({ reason }) => reason === "FieldValueTypeInvalid") ? object : value;
}

function unknownFields({ kind }: Call, body: JsonObject, validation: string): string[] {
  const { unknown } = check(kind.schema, body);
  const said = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  switch (validation) {
    case "Ignore":
      return [];
    case "Warn":
    case "":
      return said;
    case "Strict":
      if (said.length === 0) return [];
      throw badRequest(
        `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: strict decoding error: ${said.join(", ")}`,
      );
    default:
      throw badRequest(
        `fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
      );
  }
}
