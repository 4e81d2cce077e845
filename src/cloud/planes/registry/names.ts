import { digestInvalid, RegistryRefusal } from "./refusal.ts";

/** Source: OCI distribution specification 1.1, "Pulling manifests". */
const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const LONGEST_REPOSITORY = 255;

export function requireRepository(name: string): string {
  if (name.length > LONGEST_REPOSITORY || !REPOSITORY.test(name))
    throw new RegistryRefusal(400, "NAME_INVALID", `${JSON.stringify(name)} is no name of a repository`);
  return name;
}

export const isDigest = (text: string): boolean => DIGEST.test(text);

export function requireDigest(text: string): string {
  if (!isDigest(text)) throw digestInvalid(`${JSON.stringify(text)} is no sha256 digest; no other kind is known here`);
  return text;
}

export function requireTag(text: string): string {
  if (!TAG.test(text)) throw new RegistryRefusal(400, "TAG_INVALID", `${JSON.stringify(text)} is no tag`);
  return text;
}
