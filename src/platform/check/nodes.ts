import { VM_SIZES, type VmSize, vmSize } from "../../azure/index.ts";
import { isObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { ML_POOLS } from "../pools.ts";
import { problem, type Rule, type Values, warning } from "./values.ts";

type SizeParameter = "aksNodeVmSize" | "systemNodeVmSize" | "gpuNodeVmSize" | "spotNodeVmSize" | "mlComputeSku";

/** AKS's least system node, and what the Azure ML extension asks of the nodes that it runs on. */
const LEAST: Partial<Record<SizeParameter, { vCpus: number; memoryGiB: number; who: string }>> = {
  systemNodeVmSize: { vCpus: 4, memoryGiB: 4, who: "an AKS system pool" },
  aksNodeVmSize: { vCpus: 4, memoryGiB: 14, who: "the Azure ML extension" },
  spotNodeVmSize: { vCpus: 4, memoryGiB: 14, who: "the Azure ML extension" },
};

export const checkNodes: Rule = (values) => [
  ...size(values, "systemNodeVmSize"),
  ...size(values, "aksNodeVmSize"),
  ...size(values, "mlComputeSku"),
  ...(values.enableGpuNodes ? [...size(values, "gpuNodeVmSize"), ...gpu(values)] : []),
  ...(values.enableSpotNodes ? size(values, "spotNodeVmSize") : []),
  ...bounds(values),
  ...running(values),
  ...routerNodes(values),
];

function size(values: Values, name: SizeParameter): Diagnostic[] {
  const known = vmSize(values[name]);
  if (!known) return [unknownSize(name, values[name])];
  return [...tooSmall(values, name, known), ...burstable(values, name, known)];
}

/** A warning, because Azure has many more sizes than the table. */
function unknownSize(name: SizeParameter, text: string): Diagnostic {
  const plain = (of: string) => of.toLowerCase().replace(/[^a-z0-9]/g, "");
  const meant = Object.keys(VM_SIZES).find((known) => plain(known) === plain(text) || plain(known) === `standard${plain(text)}`);
  const help = meant === undefined ? "it can be neither checked nor priced; see az vm list-skus" : `did you mean ${meant}?`;
  return warning("vm-size-unknown", name, `${name} is ${text}, which Quayside does not know`, help);
}

function tooSmall(values: Values, name: SizeParameter, known: VmSize): Diagnostic[] {
  const least = LEAST[name];
  if (!least || (known.vCpus >= least.vCpus && known.memoryGiB >= least.memoryGiB)) return [];
  return [
    problem(
      "vm-size-too-small",
      name,
      `${name} ${values[name]} has ${known.vCpus} vCPUs and ${known.memoryGiB} GiB, but ${least.who} needs ${least.vCpus} and ${least.memoryGiB}`,
      "use Standard_D4ds_v5 or larger",
    ),
  ];
}

function burstable(values: Values, name: SizeParameter, known: VmSize): Diagnostic[] {
  if (!known.burstable || name === "mlComputeSku") return [];
  return [
    problem(
      "vm-size-burstable",
      name,
      `${name} ${values[name]} is burstable and slows down when its credits end`,
      "use a D or E size",
    ),
  ];
}

function gpu(values: Values): Diagnostic[] {
  const known = vmSize(values.gpuNodeVmSize);
  if (!known || known.gpus > 0) return [];
  return [
    problem(
      "vm-size-without-gpu",
      "gpuNodeVmSize",
      `gpuNodeVmSize ${values.gpuNodeVmSize} has no GPU, but enableGpuNodes is true`,
      "use a size like Standard_NC4as_T4_v3",
    ),
  ];
}

function bounds(values: Values): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { aksNodeCount, aksNodeMaxCount, given, profile } = values;
  if (values.enableAutoScaling && given.aksNodeMaxCount !== undefined && aksNodeMaxCount < aksNodeCount) {
    found.push(
      problem(
        "node-bounds",
        "aksNodeMaxCount",
        `aksNodeMaxCount is ${aksNodeMaxCount}, which is less than aksNodeCount ${aksNodeCount}`,
        "raise the one or lower the other",
      ),
    );
  }
  if (values.enableAutoScaling && profile.systemNodeMaxCount < profile.systemNodeCount) {
    found.push(
      problem(
        "node-bounds",
        "profileOverrides",
        `systemNodeMaxCount is ${profile.systemNodeMaxCount}, which is less than systemNodeCount ${profile.systemNodeCount}`,
        "raise the one or lower the other",
      ),
    );
  }
  return found;
}

function running({ given: { runningNodes } }: Values): Diagnostic[] {
  if (!isObject(runningNodes)) return [];
  return Object.entries(runningNodes).flatMap(([pool, nodes]) => {
    const at = `runningNodes.${pool}`;
    const pools = ["system", ...Object.keys(ML_POOLS)];
    if (!pools.includes(pool))
      return [warning("running-nodes", at, `the platform has no pool ${pool}`, `it has ${pools.join(", ")}`)];
    if (Number.isInteger(nodes) && Number(nodes) >= 0) return [];
    return [problem("running-nodes", at, `${at} is ${JSON.stringify(nodes)}`, "use a whole number of nodes")];
  });
}

/** The extension's error E40002. */
function routerNodes({ profile, aksNodeCount, environmentName }: Values): Diagnostic[] {
  if (profile.inferenceRouterHa === "False" || aksNodeCount >= 3) return [];
  return [
    problem(
      "router-needs-three-nodes",
      "aksNodeCount",
      `aksNodeCount is ${aksNodeCount}, but the highly available inference router of ${environmentName} needs 3 nodes`,
      "use 3 or more, or set profileOverrides.inferenceRouterHa to 'False'",
    ),
  ];
}
