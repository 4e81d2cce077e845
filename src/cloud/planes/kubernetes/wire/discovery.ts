import type { JsonObject } from "../../../../base/index.ts";
import { apiVersionOf, type Kind, type Subresource } from "../kinds/kind.ts";
import { nothingHere } from "./place.ts";

/** `/api`: the versions of the core group. */
export function coreVersions(): JsonObject {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

export function groupList(kinds: readonly Kind[]): JsonObject {
  const groups = new Set(kinds.map(({ group }) => group).filter((group) => group !== ""));
  return { kind: "APIGroupList", apiVersion: "v1", groups: [...groups].map((group) => groupOf(kinds, group)) };
}

export function oneGroup(kinds: readonly Kind[], group: string): JsonObject {
  if (!kinds.some((kind) => kind.group === group)) throw nothingHere();
  return { kind: "APIGroup", apiVersion: "v1", ...groupOf(kinds, group) };
}

function groupOf(kinds: readonly Kind[], group: string): JsonObject {
  const versions = [...new Set(kinds.filter((kind) => kind.group === group).map(({ version }) => version))].map((version) => ({
    groupVersion: `${group}/${version}`,
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** `/api/v1` and `/apis/{group}/{version}`: what is there and what can be done with it. */
export function resourceList(kinds: readonly Kind[], group: string, version: string): JsonObject {
  const known = kinds.filter((kind) => kind.group === group && kind.version === version);
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: known.flatMap((kind) => [
      {
        name: kind.plural,
        singularName: kind.singular,
        namespaced: kind.namespaced,
        kind: kind.kind,
        verbs: [...kind.verbs],
        ...(kind.categories === undefined ? {} : { categories: [...kind.categories] }),
        ...(kind.shortNames.length === 0 ? {} : { shortNames: [...kind.shortNames] }),
      },
      ...(kind.subresources ?? []).map((part) => partOf(kind, part)),
    ]),
  };
}

function partOf({ plural, namespaced, kind }: Kind, part: Subresource): JsonObject {
  const scale = part === "scale" ? { group: "autoscaling", version: "v1" } : {};
  return {
    name: `${plural}/${part}`,
    singularName: "",
    namespaced,
    ...scale,
    kind: part === "scale" ? "Scale" : kind,
    verbs: part === "log" ? ["get"] : ["get", "patch", "update"],
  };
}
