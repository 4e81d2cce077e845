import { isObject, type JsonObject, type JsonValue, jsonEqual } from "../../base/index.ts";
import { invalidTemplate } from "./fault.ts";
import { entriesOf, fromEntries, member, typeName } from "./values.ts";

/** A type as templates write it: a parameter, an output, an item of `definitions`, a member of another type. */
export type TypeNode = JsonObject;
export type Definitions = JsonObject;

const MAX_REFERENCES = 32;

/** Follows `$ref`; what stands beside the reference wins. */
export function resolveType(type: TypeNode, definitions: Definitions): TypeNode {
  let resolved = type;
  for (let hops = 0; typeof resolved.$ref === "string"; hops++) {
    const { $ref: reference, ...own } = resolved;
    const name = /^#\/definitions\/(.+)$/.exec(String(reference))?.[1];
    const target =
      name === undefined ? undefined : definitions[decodeURIComponent(name).replaceAll("~1", "/").replaceAll("~0", "~")];
    if (!isObject(target))
      throw invalidTemplate(`the type reference '${String(reference)}' is not found in the template's definitions`);
    if (hops > MAX_REFERENCES) throw invalidTemplate(`the type reference '${String(reference)}' refers to itself`);
    resolved = { ...target, ...own };
  }
  return resolved;
}

/** Lower case, without the `secure` prefix: string, int, bool, array, object. */
export function baseType(type: TypeNode): string {
  const name = typeof type.type === "string" ? type.type.toLowerCase() : "";
  return name.replace(/^secure/, "");
}

export function isSecure(type: TypeNode): boolean {
  return typeof type.type === "string" && /^secure/i.test(type.type);
}

/** How a deployment spells types in its answers: `String`, `SecureObject`. */
export function displayType(type: TypeNode): string {
  const base = baseType(type);
  return (isSecure(type) ? "Secure" : "") + base.charAt(0).toUpperCase() + base.slice(1);
}

/** Refuses a value that does not fit; `path` names it: `parameters.settings.tier`. */
export function checkType(value: JsonValue, declared: TypeNode, definitions: Definitions, path: string): void {
  const type = resolveType(declared, definitions);
  if (value === null && type.nullable === true) return;
  const base = baseType(type);
  if (!fits(value, base))
    throw invalidTemplate(
      `the value of '${path}' is of type '${typeName(value)}'; expected '${displayType(type) || "a type"}'`,
      path,
    );
  checkAllowed(value, type, path);
  checkBounds(value, type, path);
  if (Array.isArray(value)) checkItems(value, type, definitions, path);
  else if (isObject(value)) checkMembers(value, type, definitions, path);
}

function fits(value: JsonValue, base: string): boolean {
  switch (base) {
    case "string":
      return typeof value === "string";
    case "int":
      return typeof value === "number" && Number.isInteger(value);
    case "bool":
      return typeof value === "boolean";
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "":
      return true; // Bicep writes the type `any` as no type at all
    default:
      return false;
  }
}

function checkAllowed(value: JsonValue, type: TypeNode, path: string): void {
  const allowed = type.allowedValues;
  if (!Array.isArray(allowed)) return;
  const isAllowed = (item: JsonValue) => allowed.some((candidate) => jsonEqual(candidate, item));
  // An array parameter may hold any of the allowed values.
  if (isAllowed(value) || (Array.isArray(value) && value.every(isAllowed))) return;
  const seen = isSecure(type) ? "" : ` ${JSON.stringify(value)}`;
  throw invalidTemplate(
    `the value${seen} of '${path}' is not among the allowed values ${allowed.map((item) => JSON.stringify(item)).join(", ")}`,
    path,
  );
}

function checkBounds(value: JsonValue, type: TypeNode, path: string): void {
  const size =
    typeof value === "string" || Array.isArray(value) ? value.length : isObject(value) ? entriesOf(value).length : undefined;
  const bound = (name: string, seen: number | undefined, tooFar: (seen: number, limit: number) => boolean, words: string) => {
    const limit = type[name];
    if (typeof limit !== "number" || seen === undefined || !tooFar(seen, limit)) return;
    throw invalidTemplate(`the value of '${path}' ${words} ${seen}; ${name} is ${limit}`, path);
  };
  const below = (seen: number, limit: number) => seen < limit;
  const above = (seen: number, limit: number) => seen > limit;
  bound("minLength", size, below, "has the length");
  bound("maxLength", size, above, "has the length");
  const number = typeof value === "number" ? value : undefined;
  bound("minValue", number, below, "is");
  bound("maxValue", number, above, "is");
}

function checkItems(value: JsonValue[], type: TypeNode, definitions: Definitions, path: string): void {
  const prefix = Array.isArray(type.prefixItems) ? type.prefixItems : [];
  if (value.length < prefix.length)
    throw invalidTemplate(`'${path}' has ${value.length} items; expected at least ${prefix.length}`, path);
  value.forEach((item, at) => {
    const itemType = prefix[at] ?? type.items;
    if (itemType === false) throw invalidTemplate(`'${path}' has ${value.length} items; expected ${prefix.length}`, path);
    if (isObject(itemType)) checkType(item, itemType, definitions, `${path}[${at}]`);
  });
}

function checkMembers(value: JsonObject, declared: TypeNode, definitions: Definitions, path: string): void {
  const type = discriminate(value, declared, definitions, path);
  const properties = isObject(type.properties) ? type.properties : {};
  for (const [name, propertyType] of entriesOf(properties)) {
    if (!isObject(propertyType)) continue;
    const found = member(value, name);
    if (found !== undefined) checkType(found, propertyType, definitions, `${path}.${name}`);
    else if (resolveType(propertyType, definitions).nullable !== true)
      throw invalidTemplate(`'${path}' lacks the required property '${name}'`, path);
  }
  for (const [name, item] of entriesOf(value)) {
    if (member(properties, name) !== undefined) continue;
    if (type.additionalProperties === false) {
      throw invalidTemplate(
        `'${path}' has the property '${name}', which is not allowed; allowed are ${Object.keys(properties).join(", ")}`,
        path,
      );
    }
    if (isObject(type.additionalProperties)) checkType(item, type.additionalProperties, definitions, `${path}.${name}`);
  }
}

/** The variant that the discriminating property selects, together with what all variants share. */
function discriminate(value: JsonObject, type: TypeNode, definitions: Definitions, path: string): TypeNode {
  if (!isObject(type.discriminator)) return type;
  const { propertyName, mapping } = type.discriminator;
  if (typeof propertyName !== "string" || !isObject(mapping))
    throw invalidTemplate(`the discriminator of '${path}' needs a propertyName and a mapping`, path);
  const selected = member(value, propertyName);
  const variant = typeof selected === "string" ? mapping[selected] : undefined;
  if (!isObject(variant)) {
    const known = Object.keys(mapping).join(", ");
    throw invalidTemplate(`'${path}.${propertyName}' is ${JSON.stringify(selected ?? null)}; expected one of ${known}`, path);
  }
  const resolved = resolveType(variant, definitions);
  const properties = {
    [propertyName]: { type: "string" },
    ...(type.properties as JsonObject | undefined),
    ...(resolved.properties as JsonObject | undefined),
  };
  return { ...type, ...resolved, properties };
}

/** The value without anything that its type calls secure; `undefined` when nothing may be shown. */
export function withoutSecrets(value: JsonValue, declared: TypeNode, definitions: Definitions): JsonValue | undefined {
  const type = resolveType(declared, definitions);
  if (isSecure(type)) return undefined;
  if (Array.isArray(value)) {
    const prefix = Array.isArray(type.prefixItems) ? type.prefixItems : [];
    return value.map((item, at) => {
      const itemType = prefix[at] ?? type.items;
      return isObject(itemType) ? (withoutSecrets(item, itemType, definitions) ?? null) : item;
    });
  }
  if (!isObject(value)) return value;
  const shape = isObject(type.discriminator) ? discriminate(value, type, definitions, "value") : type;
  const properties = isObject(shape.properties) ? shape.properties : {};
  return fromEntries(
    entriesOf(value).flatMap(([name, item]) => {
      const itemType = member(properties, name) ?? shape.additionalProperties;
      const shown = isObject(itemType) ? withoutSecrets(item, itemType, definitions) : item;
      return shown === undefined ? [] : [[name, shown] as const];
    }),
  );
}

/** True when a value of this type can hold a secret anywhere. */
export function holdsSecrets(declared: TypeNode, definitions: Definitions, seen: ReadonlySet<string> = new Set()): boolean {
  const reference = typeof declared.$ref === "string" ? declared.$ref : undefined;
  if (reference !== undefined && seen.has(reference)) return false; // a recursive type: its members are being looked at
  const within = reference === undefined ? seen : new Set([...seen, reference]);
  const type = resolveType(declared, definitions);
  if (isSecure(type)) return true;
  const variants =
    isObject(type.discriminator) && isObject(type.discriminator.mapping) ? Object.values(type.discriminator.mapping) : [];
  const properties = isObject(type.properties) ? Object.values(type.properties) : [];
  const prefix = Array.isArray(type.prefixItems) ? type.prefixItems : [];
  return [...properties, ...variants, ...prefix, type.items, type.additionalProperties].some(
    (inner) => isObject(inner) && holdsSecrets(inner, definitions, within),
  );
}
