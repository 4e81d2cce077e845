/**
 * A type of the Kubernetes API, as much as validation, merging and OpenAPI need of it. Lists are atomic unless they say
 * otherwise and objects are merged member by member, as the API's own schemas have it.
 */
export type Schema =
  | { readonly kind: "string"; readonly format?: "date-time" | "byte"; readonly oneOf?: readonly string[] }
  | { readonly kind: "integer" | "boolean" | "any" }
  /** Text or a number: `500m`, `2`, `10Gi`. */
  | { readonly kind: "quantity" }
  | { readonly kind: "intOrString" }
  | {
      readonly kind: "struct";
      readonly fields: Readonly<Record<string, Schema>>;
      readonly required?: readonly string[];
      readonly atomic?: boolean;
    }
  | { readonly kind: "map"; readonly values: Schema; readonly atomic?: boolean }
  | { readonly kind: "list"; readonly items: Schema; readonly merge?: "set" | readonly string[] };

export type StructSchema = Extract<Schema, { kind: "struct" }>;

export const STRING = { kind: "string" } as const satisfies Schema;
export const TIME = { kind: "string", format: "date-time" } as const satisfies Schema;
export const INTEGER = { kind: "integer" } as const satisfies Schema;
export const BOOLEAN = { kind: "boolean" } as const satisfies Schema;
export const ANY = { kind: "any" } as const satisfies Schema;
export const QUANTITY = { kind: "quantity" } as const satisfies Schema;
export const INT_OR_STRING = { kind: "intOrString" } as const satisfies Schema;

export function oneOf(...values: string[]): Schema {
  return { kind: "string", oneOf: values };
}

export function struct(
  fields: Readonly<Record<string, Schema>>,
  options: { readonly required?: readonly string[]; readonly atomic?: boolean } = {},
): StructSchema {
  return { kind: "struct", fields, ...options };
}

export function map(values: Schema): Schema {
  return { kind: "map", values };
}

/** `merge`: `set` of scalars, or the keys that tell the items of an associative list apart. */
export function list(items: Schema, merge?: "set" | readonly string[]): Schema {
  return { kind: "list", items, ...(merge === undefined ? {} : { merge }) };
}
