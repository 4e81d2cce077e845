import type { Kind, Subresource } from "../kinds/kind.ts";
import { Refusal, unsupported } from "./refusal.ts";

/** What a path of the Kubernetes API points to. */
export type Place =
  | { readonly at: "group-version"; readonly group: string; readonly version: string }
  | {
      readonly at: "objects";
      readonly kind: Kind;
      readonly namespace?: string;
      readonly name?: string;
      readonly subresource?: Subresource;
    };

/** Reads `/api/v1/namespaces/a/configmaps/b` and `/apis/{group}/{version}/...`. */
export function placeOf(kinds: readonly Kind[], path: string): Place | undefined {
  const [root, ...parts] = path.split("/").filter((part) => part !== "");
  if (root !== "api" && root !== "apis") return undefined;
  const [group, version] = root === "api" ? ["", parts[0]] : [parts[0] ?? "", parts[1]];
  if (version === undefined) return undefined;
  const rest = parts.slice(root === "api" ? 1 : 2);
  const known = kinds.filter((kind) => kind.group === group && kind.version === version);
  if (known.length === 0) throw nothingHere();
  if (rest.length === 0) return { at: "group-version", group, version };
  const scoped = rest[0] === "namespaces" && rest.length > 2 && known.some((kind) => kind.namespaced && kind.plural === rest[2]);
  const namespace = scoped ? rest[1] : undefined;
  const [plural, name, part] = scoped ? rest.slice(2) : rest;
  const kind = known.find((candidate) => candidate.plural === plural);
  if (kind === undefined) throw nothingHere();
  const subresource = kind.subresources?.find((known) => known === part);
  if (part !== undefined && subresource === undefined) throw unsupported(`the subresource ${part} of ${kind.plural}`);
  if (kind.namespaced && namespace === undefined && name !== undefined) throw nothingHere();
  return {
    at: "objects",
    kind,
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

/** The API server's own words, by which kubectl tells a missing kind from a missing object. */
export function nothingHere(): Refusal {
  return new Refusal(404, "NotFound", "the server could not find the requested resource");
}
