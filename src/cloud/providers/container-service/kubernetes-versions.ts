import type { JsonObject } from "../../../base/index.ts";
import { badRequest } from "../common/faults.ts";

/** What AKS offers in late 2026: minors with their patches, oldest first. */
const MINORS: readonly { readonly minor: string; readonly patches: readonly string[]; readonly plans: readonly string[] }[] = [
  { minor: "1.33", patches: ["1.33.7", "1.33.8"], plans: ["AKSLongTermSupport"] },
  { minor: "1.34", patches: ["1.34.3", "1.34.4"], plans: ["KubernetesOfficial", "AKSLongTermSupport"] },
  { minor: "1.35", patches: ["1.35.1", "1.35.2"], plans: ["KubernetesOfficial", "AKSLongTermSupport"] },
  { minor: "1.36", patches: ["1.36.0"], plans: ["KubernetesOfficial"] },
];
const DEFAULT_MINOR = "1.35";

/** The patch that runs for what was asked: a minor means its newest patch, nothing means the default minor. */
export function resolveVersion(asked: string | undefined, plan: string, location: string): string {
  const wanted = asked === undefined || asked === "" ? DEFAULT_MINOR : asked;
  const minor = MINORS.find((known) => known.minor === wanted || known.patches.includes(wanted));
  if (minor === undefined || !minor.plans.includes(plan)) {
    const offered = MINORS.filter(({ plans }) => plans.includes(plan)).map((known) => known.minor);
    throw badRequest(
      "K8sVersionNotSupported",
      `version ${wanted} is not supported in ${location} with plan ${plan}; choose from ${offered.join(", ")}`,
      "properties.kubernetesVersion",
    );
  }
  return minor.patches.includes(wanted) ? wanted : (minor.patches.at(-1) ?? wanted);
}

/** Minors go up one at a time and never down. */
export function checkUpgrade(from: string, to: string): void {
  const [before, after] = [parts(from), parts(to)];
  const down = after.minor < before.minor || (after.minor === before.minor && after.patch < before.patch);
  if (!down && after.minor <= before.minor + 1) return;
  const why = down ? "Kubernetes cannot be downgraded" : "minor versions are upgraded one at a time";
  throw badRequest(
    "OperationNotAllowed",
    `the cluster runs ${from} and cannot go to ${to}: ${why}`,
    "properties.kubernetesVersion",
  );
}

function parts(version: string): { readonly minor: number; readonly patch: number } {
  const [, minor = "0", patch = "0"] = version.split(".");
  return { minor: Number(minor), patch: Number(patch) };
}

/** The answer to `locations/{location}/kubernetesVersions`. */
export function versionList(): JsonObject {
  const values = MINORS.map(({ minor, patches, plans }) => ({
    version: minor,
    isDefault: minor === DEFAULT_MINOR,
    isPreview: false,
    capabilities: { supportPlan: [...plans] },
    patchVersions: Object.fromEntries(patches.map((patch, index) => [patch, { upgrades: patches.slice(index + 1) }])),
  }));
  return { values };
}
