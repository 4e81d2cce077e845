import { isObject, type JsonValue } from "../../base/index.ts";
import { holdsSecrets, type Plan } from "../template/index.ts";

/** Shorter texts are too common to be told from words. */
const SHORTEST = 4;

/** The texts in the values of parameters whose types hold secrets, longest first. */
export function secretTexts({ parameter, template }: Plan): string[] {
  const values = template.parameters
    .filter(({ declaration }) => holdsSecrets(declaration, template.definitions))
    .flatMap(({ name }) => textsOf(parameter(name)));
  return [...new Set(values)].filter((text) => text.length >= SHORTEST).sort((a, b) => b.length - a.length);
}

function textsOf(value: JsonValue | undefined): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  return isObject(value) ? Object.values(value).flatMap(textsOf) : [];
}

/** A copy with every secret text replaced by `***`. */
export function redact(value: JsonValue | undefined, secrets: readonly string[]): JsonValue | undefined {
  if (secrets.length === 0) return value;
  if (typeof value === "string") return secrets.reduce((text, secret) => text.replaceAll(secret, "***"), value);
  if (Array.isArray(value)) return value.map((item) => redact(item, secrets) ?? null);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(item, secrets)]));
}
