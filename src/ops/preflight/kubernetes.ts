import { asObject, asObjects, asString, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** Versions of Kubernetes that the region does not offer, for clusters that do not run them yet. */
export async function unsupportedKubernetes(ask: Ask): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const cluster of ask.ofType("Microsoft.ContainerService/managedClusters")) {
    const properties = asObject(cluster.body.properties);
    const version = properties.kubernetesVersion;
    if (typeof version !== "string" || version === "") continue;
    const now = asObject((await ask.current(cluster))?.properties);
    if (version === now.kubernetesVersion || isPatchOf(now.currentKubernetesVersion, version)) continue;
    const path = ask.provider(`Microsoft.ContainerService/locations/${ask.location}/kubernetesVersions`);
    const plan = typeof properties.supportPlan === "string" ? properties.supportPlan : "KubernetesOfficial";
    const offered = asObjects((await ask.client.get(path, cluster.apiVersion, ask.signal)).values).filter((minor) =>
      hasPlan(minor, plan),
    );
    const names = offered.flatMap(({ version: minor, patchVersions }) => [
      asString(minor),
      ...Object.keys(asObject(patchVersions)),
    ]);
    if (names.includes(version)) continue;
    const minors = offered.map(({ version: minor }) => asString(minor)).sort(byNumber);
    findings.push({
      code: "ops.kubernetes-unsupported",
      message: `Kubernetes ${version} of ${cluster.name} is not offered in ${ask.location} with plan ${plan}`,
      hint: `choose from ${minors.join(", ")}`,
    });
  }
  return findings;
}

/** Older minors are only for those who pay for long-term support. */
function hasPlan({ capabilities }: JsonObject, plan: string): boolean {
  const { supportPlan: plans } = asObject(capabilities);
  return !Array.isArray(plans) || plans.length === 0 || plans.includes(plan);
}

const isPatchOf = (patch: JsonValue | undefined, version: string) =>
  typeof patch === "string" && (patch === version || patch.startsWith(`${version}.`));
const byNumber = (a: string, b: string) => a.localeCompare(b, "en", { numeric: true });
