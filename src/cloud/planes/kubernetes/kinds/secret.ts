import { asString, isObject, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { objectSchema } from "../schema/meta.ts";
import { BOOLEAN, map, STRING } from "../schema/schema.ts";
import { forbiddenField, invalid, type Problem, required } from "../schema/validate.ts";
import { AGE, column, NAME, objectAt, textAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind } from "./kind.ts";

const MOST_BYTES = 1024 * 1024;
/** What a secret of a type must hold. */
const MEMBERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["kubernetes.io/tls", ["tls.crt", "tls.key"]],
  ["kubernetes.io/dockerconfigjson", [".dockerconfigjson"]],
  ["kubernetes.io/ssh-auth", ["ssh-privatekey"]],
]);

/** Kept encrypted: neither the store nor a log of it shows a value. */
export const SECRET: Kind = {
  group: "",
  version: "v1",
  kind: "Secret",
  plural: "secrets",
  singular: "secret",
  shortNames: [],
  namespaced: true,
  verbs: ALL_VERBS,
  sealed: true,
  schema: objectSchema({
    data: map({ kind: "string", format: "byte" }),
    stringData: map(STRING),
    type: STRING,
    immutable: BOOLEAN,
  }),
  columns: [
    NAME,
    column("Type", (object) => textAt(object, "type")),
    { name: "Data", type: "integer", value: (object) => Object.keys(objectAt(object, "data")).length },
    AGE,
  ],
  selectable: ["type"],
  admit: admitSecret,
};

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `stringData` is for writing alone: it becomes part of `data`. */
function admitSecret({ stringData, ...given }: JsonObject, previous: JsonObject | undefined): Admission {
  const written = Object.entries(isObject(stringData) ? stringData : {}).map(([key, text]) => [
    key,
    Buffer.from(typeof text === "string" ? text : "").toString("base64"),
  ]);
  const data = { ...objectAt(given, "data"), ...(Object.fromEntries(written) as JsonObject) };
  const type = given.type ?? "Opaque";
  const problems: Problem[] = [];
  let bytes = 0;
  for (const [key, value] of Object.entries(data)) {
    const text = typeof value === "string" ? value : "";
    bytes += Buffer.byteLength(text, "base64");
    if (!/^[-._a-zA-Z0-9]{1,253}$/.test(key))
      problems.push(invalid(`data[${key}]`, key, "a key has 1 to 253 letters, digits, hyphens, underscores and dots"));
    if (!BASE64.test(text)) problems.push(invalid(`data[${key}]`, "<redacted>", "must be base64"));
  }
  if (bytes > MOST_BYTES)
    problems.push({
      field: "data",
      reason: "FieldValueForbidden",
      message: `Too long: may not be more than ${MOST_BYTES} bytes`,
    });
  for (const key of MEMBERS.get(asString(type)) ?? []) if (data[key] === undefined) problems.push(required(`data[${key}]`));
  if (previous !== undefined && previous.type !== type) problems.push(invalid("type", type, "field is immutable"));
  if (previous?.immutable === true && (given.immutable !== true || !jsonEqual(objectAt(previous, "data"), data)))
    problems.push(forbiddenField("data", "field is immutable when `immutable` is set"));
  return { object: { ...given, ...(Object.keys(data).length === 0 ? {} : { data }), type }, problems };
}
