import type { JsonObject } from "../base/index.ts";
import type { ClusterObject } from "./cluster-objects.ts";
import { COMPUTE_NAMESPACE, EXTENSION_NAMESPACE, MODEL_LABELS, MODEL_PORT, PART_OF } from "./cluster-words.ts";

function networkPolicy(name: string, reason: string, spec: JsonObject): ClusterObject {
  return {
    reason,
    object: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name, namespace: COMPUTE_NAMESPACE, labels: PART_OF },
      spec,
    },
  };
}

export function namespaceCalled(name: string): JsonObject {
  return { matchLabels: { "kubernetes.io/metadata.name": name } };
}

/** Policies add up: the first one closes everything, each of the others opens one thing. */
export const NETWORK_POLICIES: readonly ClusterObject[] = [
  networkPolicy("default-deny", "Nothing in and nothing out but what the policies below open.", {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
  }),
  networkPolicy("allow-same-namespace", "The pods of a distributed job talk to each other on ports that they choose.", {
    podSelector: {},
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ podSelector: {} }] }],
    egress: [{ to: [{ podSelector: {} }] }],
  }),
  networkPolicy("allow-scoring", "The inference router sends requests to models on this port.", {
    podSelector: { matchLabels: MODEL_LABELS },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: [{ namespaceSelector: namespaceCalled(EXTENSION_NAMESPACE) }],
        ports: [{ protocol: "TCP", port: MODEL_PORT }],
      },
    ],
  }),
  networkPolicy("allow-dns", "Names, from the cluster's DNS service.", {
    podSelector: {},
    policyTypes: ["Egress"],
    egress: [
      {
        to: [{ namespaceSelector: namespaceCalled("kube-system"), podSelector: { matchLabels: { "k8s-app": "kube-dns" } } }],
        ports: [
          { protocol: "UDP", port: 53 },
          { protocol: "TCP", port: 53 },
        ],
      },
    ],
  }),
  networkPolicy(
    "allow-azureml-services",
    "Tokens come from the extension's identity proxy (9999), metrics and logs go to its collectors; their ports are not documented.",
    {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ namespaceSelector: namespaceCalled(EXTENSION_NAMESPACE) }] }],
    },
  ),
  networkPolicy(
    "allow-https",
    "Storage, registry, vault and Azure ML, by their public or private addresses. On Cilium a range never matches pods or nodes, so this opens nothing inside the cluster. Narrow it to the private endpoints' subnet where a firewall lets nothing else out.",
    {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP", port: 443 }] }],
    },
  ),
  networkPolicy(
    "allow-instance-metadata",
    "Azure ML's side-cars ask the node's metadata service which machine they are on; blocking it breaks them.",
    {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ ipBlock: { cidr: "169.254.169.254/32" } }], ports: [{ protocol: "TCP", port: 80 }] }],
    },
  ),
];

function ciliumPolicy(name: string, reason: string, spec: JsonObject): ClusterObject {
  return {
    reason,
    object: {
      apiVersion: "cilium.io/v2",
      kind: "CiliumNetworkPolicy",
      metadata: { name, namespace: COMPUTE_NAMESPACE, labels: PART_OF },
      spec,
    },
  };
}

/** What a NetworkPolicy cannot say: on Cilium no address range matches a node or the API server. */
export const NODE_POLICIES: readonly ClusterObject[] = [
  ciliumPolicy("allow-from-nodes", "The kubelet's probes, and components that use the network of their node.", {
    endpointSelector: {},
    ingress: [{ fromEntities: ["host", "remote-node"] }],
  }),
  ciliumPolicy("allow-to-api-server", "Jobs that watch their own pods ask the API server.", {
    endpointSelector: {},
    egress: [{ toEntities: ["kube-apiserver"], toPorts: [{ ports: [{ port: "443", protocol: "TCP" }] }] }],
  }),
];
