import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type ArmClient, connect, createArmClient } from "../../src/arm/index.ts";
import { isObject, type JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { Secret } from "../../src/report/index.ts";
import { buildCore, clusterBody, extensionBody, VERSIONS } from "../cloud/core.ts";
import { claimsOf, trust } from "./platform.ts";

export const COMPUTE_NAMESPACE = "ml-workloads";

/** Whose sign-in it is; without, the owner of the subscription. */
export interface Who {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Where an API server is, and a token that it takes. */
export interface Connection {
  readonly server: string;
  readonly token: string;
}

/** A cluster with what the platform's objects need: the compute namespace, Cilium, managed Prometheus and the Azure ML extension. */
export interface ServedCluster extends AsyncDisposable {
  readonly cloud: TestCloud;
  readonly id: string;
  connect(who?: Who): Promise<Connection>;
  /** What `az aks get-credentials` writes, with the token that its plugin would fetch. */
  kubeconfig(who?: Who): Promise<string>;
  /** The same in a file of the cloud's state folder. */
  kubeconfigFile(who?: Who): Promise<string>;
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
  return {
    cloud,
    id,
    connect: async (who) => connectionOf(await signedIn(cloud, id, who)),
    kubeconfig: (who) => signedIn(cloud, id, who),
    kubeconfigFile: (who) => clusterFile(cloud, id, who),
    [Symbol.asyncDispose]: () => cloud.close(),
  };
}

/** The product's own client of the cluster's cloud. */
export async function clientOf({ cloud: { cloud } }: ServedCluster, who?: Who): Promise<ArmClient> {
  trust(cloud.caFile);
  const { endpoints, subscriptionId, proxy, tenantId, credentials } = cloud;
  const signer = who === undefined ? credentials : { clientId: who.clientId, clientSecret: new Secret(who.clientSecret) };
  return createArmClient(await connect({ cloud: endpoints.arm, subscriptionId, proxy, credentials: { tenantId, ...signer } }));
}

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string } }];
  readonly users: readonly [{ readonly name: string; readonly user: { readonly token?: string; readonly exec?: Plugin } }];
}

interface Plugin {
  readonly command: string;
  readonly args: readonly string[];
}

/** What a kubeconfig with a token in it says: the administrator's, or one of `signedIn`. */
export function connectionOf(kubeconfig: string): Connection {
  const { clusters, users } = parse(kubeconfig) as Kubeconfig;
  const { token } = users[0].user;
  if (token === undefined) throw new Error("the kubeconfig has no token");
  return { server: clusters[0].cluster.server, token };
}

/** Writes a cluster's kubeconfig into the cloud's own folder. */
export async function clusterFile(cloud: TestCloud, id: string, who?: Who): Promise<string> {
  const file = join(cloud.stateDir, `kubeconfig-${who?.clientId ?? "owner"}`);
  await writeFile(file, await signedIn(cloud, id, who), { mode: 0o600 });
  return file;
}

/** Stands in for kubelogin, which most machines lack: the kubeconfig with the token that its plugin is told to get. */
export async function signedIn(cloud: TestCloud, id: string, who?: Who): Promise<string> {
  const config = parse(await readKubeconfig(cloud, id, who)) as Kubeconfig;
  const [{ name, user }] = config.users;
  const { command, args } = user.exec ?? { command: "none", args: [] };
  if (command !== "kubelogin") throw new Error(`the kubeconfig wants ${command}, and this stands in for kubelogin`);
  const token = await cloud.token(args[args.indexOf("--server-id") + 1], who);
  return stringify({ ...config, users: [{ name, user: { token } }] });
}

/** The user's kubeconfig as it comes from Azure Resource Manager. */
export function readKubeconfig(cloud: TestCloud, id: string, who?: Who): Promise<string> {
  return listed(cloud, `${id}/listClusterUserCredential`, who);
}

/** The administrator's, of clusters with local accounts. */
export function readAdminKubeconfig(cloud: TestCloud, id: string): Promise<string> {
  return listed(cloud, `${id}/listClusterAdminCredential`);
}

async function listed(cloud: TestCloud, action: string, who?: Who): Promise<string> {
  const answer = await cloud.ask("POST", action, { apiVersion: VERSIONS.aks, token: await cloud.token(undefined, who) });
  const [first] = Array.isArray(answer.json.kubeconfigs) ? answer.json.kubeconfigs : [];
  if (!isObject(first) || typeof first.value !== "string") throw new Error(`no kubeconfig: ${JSON.stringify(answer.body)}`);
  return Buffer.from(first.value, "base64").toString();
}
