import type { JsonObject } from "../base/index.ts";
import { LIMIT_RANGE, QUOTA_NODES, resourceQuota } from "./cluster-limits.ts";
import { METRICS_SETTINGS, MONITORING_POLICY, POD_MONITORS } from "./cluster-metrics.ts";
import { NETWORK_POLICIES, NODE_POLICIES } from "./cluster-network.ts";
import { COMPUTE_NAMESPACE, EXTENSION_NAMESPACE, MODEL_LABELS, PART_OF } from "./cluster-words.ts";
import { CPU_INSTANCE_TYPES, GPU_INSTANCE_TYPES, type InstanceType, SPOT_INSTANCE_TYPES } from "./instance-types.ts";
import { ENVIRONMENTS, type EnvironmentName, PROFILES } from "./profiles.ts";
import { VOLCANO_FAIR_QUEUES, VOLCANO_SCALE_FROM_ZERO } from "./volcano.ts";

/** An object of the Kubernetes API and why it is there; the reason is printed above it. */
export interface ClusterObject {
  readonly reason: string;
  readonly object: JsonObject;
}

/** Objects by file name, in the order in which they are printed. */
export type ClusterFiles = Readonly<Record<string, readonly ClusterObject[]>>;

/** A kustomize folder: objects of its own, other folders, and changes to what those hold. */
export interface ClusterLayer {
  readonly about: string;
  readonly files: ClusterFiles;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  /** Strategic merge patches; each names the object that it changes. */
  readonly patches?: readonly JsonObject[];
}

/** Layers by folder (`base`, `components/gpu`, `overlays/dev`), and what Flux needs to deliver them instead of a person. */
export interface ClusterObjects {
  readonly layers: Readonly<Record<string, ClusterLayer>>;
  readonly flux: ClusterFiles;
}

/** What the cluster needs beside what Resource Manager makes. The namespaces exist already: ARM makes one, the extension the other. */
export function clusterObjects(): ClusterObjects {
  return {
    layers: {
      base: BASE,
      "components/gpu": GPU,
      "components/spot": SPOT,
      "components/managed-prometheus": MANAGED_PROMETHEUS,
      "components/volcano-fair-queues": FAIR_QUEUES,
      ...Object.fromEntries(ENVIRONMENTS.map((environment) => [`overlays/${environment}`, overlay(environment)])),
    },
    flux: Object.fromEntries(ENVIRONMENTS.map((environment) => [`${environment}.yaml`, fluxObjects(environment)])),
  };
}

const PRIORITIES = [
  {
    name: "ml-inference",
    value: 1_000_000,
    use: "Models behind an endpoint: they go first, and take room from training when it is short.",
  },
  { name: "ml-training", value: 100_000, use: "Training that somebody waits for." },
  { name: "ml-batch", value: 1_000, use: "Batch work that may wait and may be put off." },
] as const;

const PRIORITY_CLASSES: readonly ClusterObject[] = PRIORITIES.map(({ name, value, use }) => ({
  reason: `${use} Azure ML's job schema has no field for it: it serves a team's own workloads.`,
  object: {
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name, labels: PART_OF },
    value,
    description: use,
  },
}));

function instanceTypeObjects(types: Readonly<Record<string, InstanceType>>): ClusterObject[] {
  return Object.entries(types).map(([name, spec]) => ({
    reason:
      name === "defaultinstancetype"
        ? "The extension makes one of this name with 2 CPUs and 2Gi at most, which is too little for MLflow models. Equal to what the attachment declares."
        : "Equal to what the attachment of the cluster declares; here it can be changed later, the attachment cannot.",
    object: {
      apiVersion: "amlarc.azureml.com/v1alpha1",
      kind: "InstanceType",
      metadata: { name, labels: PART_OF },
      spec: {
        nodeSelector: { ...spec.nodeSelector },
        resources: { requests: { ...spec.resources.requests }, limits: { ...spec.resources.limits } },
      },
    },
  }));
}

const DISRUPTION_BUDGET: ClusterObject = {
  reason:
    "Azure ML makes none for models, so an upgrade could drain every replica at once. maxUnavailable, not minAvailable: a model with one replica must not block the drain of its node. None in the extension's namespace: a pod under two budgets cannot be evicted at all.",
  object: {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "models", namespace: COMPUTE_NAMESPACE, labels: PART_OF },
    spec: { maxUnavailable: 1, selector: { matchLabels: MODEL_LABELS } },
  },
};

const BASE: ClusterLayer = {
  about:
    "What every environment has. Apply it after the Azure ML extension: it brings the namespace azureml and the kind InstanceType.",
  files: {
    "limit-range.yaml": [LIMIT_RANGE],
    "network-policies.yaml": NETWORK_POLICIES,
    "cilium-network-policies.yaml": NODE_POLICIES,
    "priority-classes.yaml": PRIORITY_CLASSES,
    "instance-types.yaml": instanceTypeObjects(CPU_INSTANCE_TYPES),
    "disruption-budget.yaml": [DISRUPTION_BUDGET],
    "volcano-scheduler.yaml": [VOLCANO_SCALE_FROM_ZERO],
  },
};

const GPU_MOST = "2";

const GPU: ClusterLayer = {
  about: "For clusters with enableGpuNodes: instance types with a GPU, room for them in the limits, and their number.",
  files: { "instance-types.yaml": instanceTypeObjects(GPU_INSTANCE_TYPES) },
  patches: [
    {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "ml-workload-limits", namespace: COMPUTE_NAMESPACE },
      spec: { limits: [limitsWithGpu()] },
    },
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "ml-workload-quota", namespace: COMPUTE_NAMESPACE },
      spec: { hard: { "requests.nvidia.com/gpu": GPU_MOST } },
    },
  ],
};

const SPOT: ClusterLayer = {
  about: "For clusters with enableSpotNodes: the instance type of jobs that may be stopped at any time.",
  files: { "instance-types.yaml": instanceTypeObjects(SPOT_INSTANCE_TYPES) },
};

/** No maximum of GPUs: Kubernetes makes a maximum the default limit, and every container would get a GPU. */
function limitsWithGpu(): JsonObject {
  const { spec } = LIMIT_RANGE.object as { spec: { limits: JsonObject[] } };
  const { cpu, memory } = GPU_INSTANCE_TYPES.gpu?.resources.limits ?? {};
  return { ...spec.limits[0], max: { cpu, memory } };
}

const MANAGED_PROMETHEUS: ClusterLayer = {
  about:
    "For clusters with managed Prometheus, which brings the kinds of azmonitoring.coreos.com: those of monitoring.coreos.com are ignored by it.",
  files: {
    "metrics-settings.yaml": [METRICS_SETTINGS],
    "pod-monitors.yaml": POD_MONITORS,
    "network-policy.yaml": [MONITORING_POLICY],
  },
};

const FAIR_QUEUES: ClusterLayer = {
  about: "Instead of the scheduler configuration of the base: for pools that never scale to zero and teams that share a cluster.",
  files: {},
  patches: [VOLCANO_FAIR_QUEUES.object],
};

function overlay(environment: EnvironmentName): ClusterLayer {
  return {
    about: `The ${environment} environment: kubectl apply --server-side --field-manager quayside -k kubernetes/overlays/${environment}. With GPU or spot nodes, add the component ../../components/gpu or ../../components/spot.`,
    resources: ["../../base"],
    components: PROFILES[environment].managedPrometheus ? ["../../components/managed-prometheus"] : [],
    files: { "resource-quota.yaml": [resourceQuota(QUOTA_NODES[environment])] },
  };
}

function fluxObjects(environment: EnvironmentName): ClusterObject[] {
  return [
    {
      reason:
        "Where Flux reads these folders from: put the address of your repository here. A private one also needs spec.secretRef.",
      object: {
        apiVersion: "source.toolkit.fluxcd.io/v1",
        kind: "GitRepository",
        metadata: { name: "mlops-platform", namespace: "flux-system" },
        spec: { interval: "5m", url: "https://github.com/your-organization/your-repository", ref: { branch: "main" } },
      },
    },
    {
      reason: `The same objects as kubectl apply -k would make, kept so: a change by hand is undone, and what leaves the repository leaves the cluster. Needs the extension microsoft.flux and the namespaces ${COMPUTE_NAMESPACE} and ${EXTENSION_NAMESPACE}.`,
      object: {
        apiVersion: "kustomize.toolkit.fluxcd.io/v1",
        kind: "Kustomization",
        metadata: { name: "mlops-platform", namespace: "flux-system" },
        spec: {
          interval: "10m",
          retryInterval: "1m",
          timeout: "5m",
          path: `./kubernetes/overlays/${environment}`,
          prune: true,
          wait: true,
          sourceRef: { kind: "GitRepository", name: "mlops-platform" },
        },
      },
    },
  ];
}
