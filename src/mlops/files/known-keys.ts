import type { z } from "zod";

/** The keys that a schema has at a path; none where it takes any. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const bare = unwrap(schema);
  const [key, ...rest] = path;
  const { def } = bare._zod as unknown as { readonly def: Partial<Parts> };
  if (key === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(key)] ?? def.element ?? def.valueType;
  return next === undefined ? [] : keysAt(next, rest);
}

interface Parts {
  readonly shape: Readonly<Record<string, z.core.$ZodType>>;
  readonly element: z.core.$ZodType;
  readonly valueType: z.core.$ZodType;
  readonly innerType: z.core.$ZodType;
  readonly in: z.core.$ZodType;
}

/** Beneath what only says that it may be left out, or what becomes of it. */
function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = schema._zod as unknown as { readonly def: Partial<Parts> };
  const inner = def.innerType ?? def.in;
  return inner === undefined ? schema : unwrap(inner);
}
