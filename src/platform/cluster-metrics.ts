import { namespaceCalled } from "./cluster-network.ts";
import type { ClusterObject } from "./cluster-objects.ts";
import { COMPUTE_NAMESPACE, EXTENSION_NAMESPACE, MODEL_LABELS, MODEL_PORT, PART_OF } from "./cluster-words.ts";

/** The agent reads each value as TOML. */
function toml(settings: Readonly<Record<string, string | boolean>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
    .join("");
}

export const METRICS_SETTINGS: ClusterObject = {
  reason:
    "The targets that managed Prometheus scrapes by itself: its own defaults, and the control plane's autoscaler and API server beside them. Its target for GPUs is off: it looks for the exporter of nodes whose GPUs AKS manages, and here the Azure ML extension brings one. The agent restarts by itself within three minutes of a change.",
  object: {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "ama-metrics-settings-configmap", namespace: "kube-system", labels: PART_OF },
    data: {
      "schema-version": "v1",
      "config-version": "ver1",
      "prometheus-collector-settings": toml({ cluster_alias: "" }),
      "default-scrape-settings-enabled": toml({
        kubelet: true,
        coredns: false,
        cadvisor: true,
        kubeproxy: false,
        apiserver: false,
        kubestate: true,
        nodeexporter: true,
        dcgmexporter: false,
        prometheuscollectorhealth: true,
        "controlplane-apiserver": true,
        "controlplane-cluster-autoscaler": true,
      }),
      "default-targets-scrape-interval-settings": toml({
        kubelet: "30s",
        cadvisor: "30s",
        kubestate: "30s",
      }),
      "debug-mode": toml({ enabled: false }),
    },
  },
};

/** What is taken from the Prometheus that the Azure ML extension brings: series of its router and of its GPU exporter. */
const FEDERATED = ["envoy_.+", "DCGM_FI_.+"];

export const POD_MONITORS: readonly ClusterObject[] = [
  {
    reason:
      "Model servers that answer /metrics on the scoring port, as Quayside's do. A server without it shows as a target that is down.",
    object: {
      apiVersion: "azmonitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "models", namespace: COMPUTE_NAMESPACE, labels: PART_OF },
      spec: {
        selector: { matchLabels: MODEL_LABELS },
        podMetricsEndpoints: [{ targetPort: MODEL_PORT, path: "/metrics", interval: "30s" }],
      },
    },
  },
  {
    reason:
      "The inference router and the GPUs, by way of the Prometheus that the extension brings: the router's own ports and metric names are not documented, so this takes what has Envoy's prefix; those of NVIDIA's exporter have another.",
    object: {
      apiVersion: "azmonitoring.coreos.com/v1",
      kind: "PodMonitor",
      metadata: { name: "azureml-extension", namespace: EXTENSION_NAMESPACE, labels: PART_OF },
      spec: {
        selector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
        podMetricsEndpoints: [
          {
            port: "web",
            path: "/federate",
            params: { "match[]": FEDERATED.map((names) => `{__name__=~"${names}"}`) },
            honorLabels: true,
            interval: "30s",
          },
        ],
      },
    },
  },
];

export const MONITORING_POLICY: ClusterObject = {
  reason: "The agent that scrapes the models runs in kube-system.",
  object: {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "allow-metrics", namespace: COMPUTE_NAMESPACE, labels: PART_OF },
    spec: {
      podSelector: { matchLabels: MODEL_LABELS },
      policyTypes: ["Ingress"],
      ingress: [
        { from: [{ namespaceSelector: namespaceCalled("kube-system") }], ports: [{ protocol: "TCP", port: MODEL_PORT }] },
      ],
    },
  },
};
