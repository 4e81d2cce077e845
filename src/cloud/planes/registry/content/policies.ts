import type { Resource } from "../../../contract.ts";
import { numberAt, textAt } from "../../../providers/common/body.ts";
import type { Manifest } from "./records.ts";

const DAYS = 7;

/** For how many days the registry keeps manifests without a tag; `undefined`: for ever. */
export function retentionDays(registry: Resource): number | undefined {
  return daysOf(registry, "properties.policies.retentionPolicy", "days");
}

/** For how many days the registry keeps what was deleted; `undefined`: it does not. */
export function softDeleteDays(registry: Resource): number | undefined {
  return daysOf(registry, "properties.policies.softDeletePolicy", "retentionDays");
}

function daysOf(registry: Resource, policy: string, member: string): number | undefined {
  return textAt(registry, `${policy}.status`) === "enabled" ? (numberAt(registry, `${policy}.${member}`) ?? DAYS) : undefined;
}

/** Manifests without a tag that nothing needs: no index names them, and they are about no manifest that is there. */
export function dispensable(manifests: readonly Manifest[]): Manifest[] {
  const named = new Set(manifests.flatMap((each) => each.manifests));
  const there = new Set(manifests.map(({ digest }) => digest));
  return manifests.filter(
    ({ digest, untaggedAt, subject, attributes }) =>
      untaggedAt !== undefined &&
      attributes.deleteEnabled &&
      !named.has(digest) &&
      (subject === undefined || !there.has(subject)),
  );
}
