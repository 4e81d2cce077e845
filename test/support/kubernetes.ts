import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { isObject, type JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { buildCore, clusterBody, extensionBody, VERSIONS } from "../cloud/core.ts";
import { claimsOf } from "./platform.ts";

export const COMPUTE_NAMESPACE = "ml-workloads";

/** A cluster with what the platform's objects need: the compute namespace, Cilium, managed Prometheus and the Azure ML extension. */
export interface ServedCluster extends AsyncDisposable {
  readonly cloud: TestCloud;
  readonly id: string;
  /** What `az aks get-credentials` would write, for the owner of the subscription or for whom the token is. */
  kubeconfig(token?: string): Promise<string>;
  /** The same in a file of the cloud's state folder. */
  kubeconfigFile(token?: string): Promise<string>;
}

export async function startCluster(properties: JsonObject = {}): Promise<ServedCluster> {
  const cloud = await startTestCloud();
  const core = await buildCore(cloud);
  const id = core.id("Microsoft.ContainerService/managedClusters", "aks");
  const body = clusterBody(core, {
    properties: {
      azureMonitorProfile: { metrics: { enabled: true } },
      networkProfile: {
        networkPlugin: "azure",
        networkPluginMode: "overlay",
        networkDataplane: "cilium",
        networkPolicy: "cilium",
        podCidr: "192.168.0.0/16",
        serviceCidr: "172.16.0.0/16",
        dnsServiceIP: "172.16.0.10",
      },
      ...properties,
    },
  });
  await cloud.put(id, body, VERSIONS.aks);
  await cloud.put(
    `${id}/managedNamespaces/${COMPUTE_NAMESPACE}`,
    { location: "eastus", properties: { deletePolicy: "Delete" } },
    VERSIONS.aks,
  );
  await cloud.put(`${id}/providers/Microsoft.KubernetesConfiguration/extensions/amlext`, extensionBody(), VERSIONS.extension);
  // Owner of the subscription is not enough: Azure decides on Kubernetes objects by data actions.
  await cloud.assign(claimsOf(await cloud.token()).oid, "aksRbacClusterAdmin", id);
  const kubeconfig = (token?: string) => readKubeconfig(cloud, id, token);
  return {
    cloud,
    id,
    kubeconfig,
    kubeconfigFile: (token) => clusterFile(cloud, id, token),
    [Symbol.asyncDispose]: () => cloud.close(),
  };
}

/** Where the API server of a kubeconfig is, and its user's token. */
export function connectionOf(kubeconfig: string): { readonly server: string; readonly token: string } {
  const { clusters, users } = parse(kubeconfig) as {
    clusters: { cluster: { server: string } }[];
    users: { user: { token: string } }[];
  };
  return { server: clusters[0]?.cluster.server ?? "", token: users[0]?.user.token ?? "" };
}

/** Writes a cluster's kubeconfig into the cloud's own folder. */
export async function clusterFile(cloud: TestCloud, id: string, token?: string): Promise<string> {
  const file = join(cloud.stateDir, `kubeconfig-${token === undefined ? "owner" : "other"}`);
  await writeFile(file, await readKubeconfig(cloud, id, token), { mode: 0o600 });
  return file;
}

export async function readKubeconfig(cloud: TestCloud, id: string, token?: string): Promise<string> {
  const answer = await cloud.ask("POST", `${id}/listClusterUserCredential`, {
    apiVersion: VERSIONS.aks,
    ...(token === undefined ? {} : { token }),
  });
  const [first] = Array.isArray(answer.json.kubeconfigs) ? answer.json.kubeconfigs : [];
  if (!isObject(first) || typeof first.value !== "string") throw new Error(`no kubeconfig: ${JSON.stringify(answer.body)}`);
  return Buffer.from(first.value, "base64").toString();
}
