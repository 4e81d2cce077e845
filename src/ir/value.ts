import { isObject, type JsonPrimitive, type JsonValue } from "../base/index.ts";

/** A value that only the deployment will tell, such as a cluster's issuer URL. */
export class Unknown {
  /** In the words of the definition: `cluster.properties.oidcIssuerProfile.issuerURL`. */
  readonly of: string;

  constructor(of: string) {
    this.of = of;
  }
}

/** What evaluation computes with: JSON in which parts may be unknown. */
export type Value = JsonPrimitive | Unknown | Value[] | { [key: string]: Value | undefined };

export function isRecord(value: Value): value is { [key: string]: Value | undefined } {
  return isObject(value) && !(value instanceof Unknown);
}

/** The first unknown part. */
export function firstUnknown(value: Value): Unknown | undefined {
  if (value instanceof Unknown) return value;
  const parts = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  for (const part of parts) {
    const found = part === undefined ? undefined : firstUnknown(part);
    if (found) return found;
  }
  return undefined;
}

/** The text that stands for an unknown value in plain JSON; `places` tells where such texts are. */
export function unknownText(unknown: Unknown): string {
  return `(known after deployment: ${unknown.of})`;
}

export interface UnknownPlace {
  /** `properties.issuer`, `properties.items[0]` */
  readonly at: string;
  readonly of: string;
}

/** Turns a value into plain JSON and notes where it is not known yet. */
export function settle(value: Value, at = "", places: UnknownPlace[] = []): { json: JsonValue; unknown: UnknownPlace[] } {
  const go = (part: Value, path: string): JsonValue => {
    if (part instanceof Unknown) {
      places.push({ at: path, of: part.of });
      return unknownText(part);
    }
    if (Array.isArray(part)) return part.map((item, index) => go(item, `${path}[${index}]`));
    if (!isRecord(part)) return part;
    const members = Object.entries(part).flatMap(([key, item]) =>
      item === undefined ? [] : [[key, go(item, path === "" ? key : `${path}.${key}`)]],
    );
    return Object.fromEntries(members) as JsonValue;
  };
  return { json: go(value, at), unknown: places };
}
