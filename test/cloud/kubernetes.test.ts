import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { Agent, fetch } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { asString, type JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import {
  COMPUTE_NAMESPACE,
  connectionOf,
  readAdminKubeconfig,
  readKubeconfig,
  type ServedCluster,
  signedIn,
  startCluster,
} from "../support/kubernetes.ts";
import { buildCore, clusterBody, VERSIONS } from "./core.ts";

let cluster: ServedCluster;
let server: string;
let owner: string;

beforeAll(async () => {
  cluster = await startCluster();
  ({ server, token: owner } = await cluster.connect());
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

function ask(
  method: string,
  path: string,
  options: { token?: string; body?: JsonObject; headers?: Record<string, string> } = {},
) {
  const { token = owner, ...more } = options;
  return cluster.cloud.ask(method, `${server}${path}`, { apiVersion: null, token, ...more });
}

/** The token of a new principal that holds one role on the cluster (or below it). */
async function member(name: string, role: "aksRbacReader" | "aksRbacWriter" | undefined, scope = cluster.id): Promise<string> {
  const who = await cluster.cloud.principal(name);
  await cluster.cloud.assign(who.objectId, "aksClusterUser", cluster.id);
  if (role !== undefined) await cluster.cloud.assign(who.objectId, role, scope);
  return (await cluster.connect(who)).token;
}

/** What a watch says, line by line, as `ADDED name`. */
async function watch(path: string, cloud = cluster.cloud, connection = { server, token: owner }) {
  const url = new URL(`${connection.server}${path}`);
  url.searchParams.set("watch", "true");
  const agent = new Agent({ connect: { ca: readFileSync(cloud.cloud.caFile, "utf8") }, bodyTimeout: 0 });
  const headers = { authorization: `Bearer ${connection.token}` };
  const { body } = await fetch(url.href, { headers, dispatcher: agent });
  const lines = createInterface(Readable.fromWeb(body as ReadableStream))[Symbol.asyncIterator]();
  const said = async () => {
    const { value, done } = await lines.next();
    if (done === true) return undefined;
    const { type, object } = JSON.parse(value) as { type: string; object: { metadata: { name: string } } };
    return `${type} ${object.metadata.name}`;
  };
  return {
    async next(count: number) {
      const seen: (string | undefined)[] = [];
      while (seen.length < count) seen.push(await said());
      return seen;
    },
    async toItsEnd() {
      while ((await said()) !== undefined);
    },
  };
}

const CONFIG_MAPS = `/api/v1/namespaces/${COMPUTE_NAMESPACE}/configmaps`;
const configMap = (name: string): JsonObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "1" } });

describe("a user's kubeconfig", () => {
  const list = (query: string) =>
    cluster.cloud.ask("POST", `${cluster.id}/listClusterUserCredential${query}`, { apiVersion: VERSIONS.aks });

  test("has no token: kubectl is told to run kubelogin, with this cloud's authority", async () => {
    const { endpoints, tenantId } = cluster.cloud.cloud;
    const { clusters, contexts, users, ...rest } = parse(await readKubeconfig(cluster.cloud, cluster.id)) as JsonObject;

    expect(rest).toEqual({ apiVersion: "v1", kind: "Config", "current-context": "aks", preferences: {} });
    expect(clusters).toEqual([
      { name: "aks", cluster: { server, "certificate-authority-data": expect.stringMatching(/^LS0t/) as string } },
    ]);
    expect(contexts).toEqual([{ name: "aks", context: { cluster: "aks", user: "clusterUser_rg-core_aks" } }]);
    expect(users).toEqual([
      {
        name: "clusterUser_rg-core_aks",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "kubelogin",
            args: [
              "get-token",
              "--environment",
              "QuaysideRehearsal",
              "--server-id",
              "6dae42f8-4368-4678-94ff-3960e28e3630",
              "--client-id",
              "80faf920-1908-4b52-b5ef-a8e7bedfc67a",
              "--tenant-id",
              tenantId,
              "--login",
              "devicecode",
              "--authority-host",
              `${endpoints.arm}/`,
              "--disable-instance-discovery",
            ],
            env: null,
            installHint: expect.stringContaining("az aks install-cli") as string,
            provideClusterInfo: false,
          },
        },
      },
    ]);
  });

  test("comes in the form exec; the form azure and others are refused", async () => {
    const { json } = await list("");

    expect((await list("?format=exec")).json).toEqual(json);
    expect((await list("?format=Exec")).json).toEqual(json);
    expect(await list("?format=azure")).toMatchObject({ status: 400, code: "FeatureNotSupported" });
    expect(await list("?format=token")).toMatchObject({ status: 400, code: "InvalidParameter" });
  });

  test("is the administrator's where the cluster has no Microsoft Entra", async () => {
    await using plain = await startTestCloud();
    const core = await buildCore(plain);
    const id = core.id("Microsoft.ContainerService/managedClusters", "plain");
    const { properties, ...body } = clusterBody(core, { properties: { disableLocalAccounts: false } });
    const { aadProfile: _, ...local } = properties as JsonObject;
    await plain.put(id, { ...body, properties: local }, VERSIONS.aks);

    const user = connectionOf(await readKubeconfig(plain, id));
    expect(user).toEqual(connectionOf(await readAdminKubeconfig(plain, id)));
    expect((await plain.ask("GET", `${user.server}/api/v1/nodes`, { apiVersion: null, token: user.token })).status).toBe(200);
  });
});

describe("who may do what", () => {
  test("nobody without a token of the cluster: not even with one for Resource Manager", async () => {
    expect(await ask("GET", CONFIG_MAPS, { token: await cluster.cloud.token() })).toMatchObject({ status: 401 });
    expect((await cluster.cloud.ask("GET", `${server}/api`, { apiVersion: null, token: null })).json).toMatchObject({
      kind: "Status",
      reason: "Unauthorized",
    });
  });

  test("a kubeconfig is for those who may list the user's credential", async () => {
    const { token } = await cluster.cloud.principal("stranger");

    expect(
      await cluster.cloud.ask("POST", `${cluster.id}/listClusterUserCredential`, { apiVersion: VERSIONS.aks, token }),
    ).toMatchObject({ status: 403, code: "AuthorizationFailed" });
  });

  test("a kubeconfig alone gives nothing: Azure decides by data actions", async () => {
    const token = await member("nobody", undefined);

    const answer = await ask("GET", CONFIG_MAPS, { token });
    expect(answer.status).toBe(403);
    expect(answer.json.message).toMatch(
      /^configmaps is forbidden: User ".*" cannot list resource "configmaps" in API group "" in the namespace "ml-workloads": .*managedClusters\/configmaps\/read/,
    );
    expect((await ask("GET", "/api/v1", { token })).status).toBe(200);
  });

  test("a reader of one namespace reads there alone", async () => {
    const token = await member("namespace-reader", "aksRbacReader", `${cluster.id}/managedNamespaces/${COMPUTE_NAMESPACE}`);

    expect((await ask("GET", CONFIG_MAPS, { token })).status).toBe(200);
    expect((await ask("GET", "/api/v1/namespaces/default/configmaps", { token })).status).toBe(403);
    expect((await ask("GET", "/api/v1/configmaps", { token })).status).toBe(403);
    expect((await ask("POST", CONFIG_MAPS, { token, body: configMap("no") })).status).toBe(403);
  });

  test("a writer writes what is in namespaces, but neither quotas nor namespaces nor kinds of the cluster", async () => {
    const token = await member("writer", "aksRbacWriter");
    const quota = { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "q" }, spec: { hard: { pods: "1" } } };

    expect((await ask("POST", CONFIG_MAPS, { token, body: configMap("by-writer") })).status).toBe(201);
    expect((await ask("POST", `/api/v1/namespaces/${COMPUTE_NAMESPACE}/resourcequotas`, { token, body: quota })).status).toBe(
      403,
    );
    expect((await ask("POST", "/api/v1/namespaces", { token, body: { metadata: { name: "mine" } } })).status).toBe(403);
    expect((await ask("GET", "/apis/scheduling.k8s.io/v1/priorityclasses", { token })).status).toBe(403);
  });
});

describe("what Resource Manager has", () => {
  test("a node stands for each machine of the pools, with the pool's labels and taints", async () => {
    const pool = `${cluster.id}/agentPools/ml`;
    const vnetSubnetID = (
      (await cluster.cloud.ask("GET", `${cluster.id}/agentPools/system`, { apiVersion: VERSIONS.aks })).json
        .properties as JsonObject
    ).vnetSubnetID;
    const size = (count: number) => ({
      properties: {
        mode: "User",
        vmSize: "Standard_D4ds_v5",
        count,
        vnetSubnetID,
        nodeTaints: ["workload=ml:NoSchedule"],
        nodeLabels: { workload: "ml" },
      },
    });
    const nodes = async (): Promise<JsonObject[]> =>
      (await ask("GET", "/api/v1/nodes?labelSelector=agentpool%3Dml")).json.items as JsonObject[];

    await cluster.cloud.put(pool, size(2), VERSIONS.aks);
    expect(await nodes()).toMatchObject([
      {
        metadata: { labels: { workload: "ml", "node.kubernetes.io/instance-type": "Standard_D4ds_v5" } },
        spec: { taints: [{ key: "workload", value: "ml", effect: "NoSchedule" }] },
        status: { capacity: { cpu: "4" }, allocatable: { cpu: "3860m" } },
      },
      {},
    ]);
    await cluster.cloud.put(pool, size(1), VERSIONS.aks);
    expect(await nodes()).toHaveLength(1);
  });

  test("a managed namespace follows its resource and goes with it, if that is its policy, and all that is in it", async () => {
    const id = `${cluster.id}/managedNamespaces/passing`;
    await cluster.cloud.put(
      id,
      { location: "eastus", properties: { deletePolicy: "Delete", labels: { team: "one" } } },
      VERSIONS.aks,
    );
    expect((await ask("GET", "/api/v1/namespaces/passing")).json).toMatchObject({
      metadata: { labels: { team: "one" } },
      status: { phase: "Active" },
    });
    await ask("POST", "/api/v1/namespaces/passing/configmaps", { body: configMap("inside") });
    expect((await ask("DELETE", "/api/v1/namespaces/passing")).status).toBe(403);

    await cluster.cloud.settle(await cluster.cloud.ask("DELETE", id, { apiVersion: VERSIONS.aks }));
    expect((await ask("GET", "/api/v1/namespaces/passing")).status).toBe(404);
    expect((await ask("GET", "/api/v1/configmaps?fieldSelector=metadata.namespace%3Dpassing")).json.items).toEqual([]);
  });

  test("an instance type that the API server would refuse is left out, and nothing else suffers", async () => {
    const core = await buildCore(cluster.cloud);
    const saved = (instanceTypes: JsonObject) =>
      cluster.cloud.host.resources.save({
        id: core.id("Microsoft.MachineLearningServices/workspaces", "mlw/computes/odd"),
        name: "odd",
        type: "Microsoft.MachineLearningServices/workspaces/computes",
        properties: { computeType: "Kubernetes", resourceId: cluster.id, properties: { instanceTypes } },
      });
    const amounts = { cpu: "1", memory: "1Gi" };
    saved({
      fits: { resources: { requests: amounts, limits: amounts } },
      Bad_Name: { resources: { requests: amounts, limits: amounts } },
      nothing: {},
    });

    const { items } = (await ask("GET", "/apis/amlarc.azureml.com/v1alpha1/instancetypes")).json;
    expect((items as JsonObject[]).map(({ metadata }) => (metadata as JsonObject).name)).toEqual(["defaultinstancetype", "fits"]);
  });

  test("without the extension its kinds are unknown, and without Cilium and managed Prometheus theirs", async () => {
    await using plain = await startTestCloud();
    const core = await buildCore(plain);
    const id = core.id("Microsoft.ContainerService/managedClusters", "plain");
    await plain.put(id, clusterBody(core), VERSIONS.aks);
    const own = connectionOf(await signedIn(plain, id));

    const { groups } = (await plain.ask("GET", `${own.server}/apis`, { apiVersion: null, token: own.token })).json;
    expect((groups as JsonObject[]).map(({ name }) => name)).toEqual([
      "apps",
      "networking.k8s.io",
      "policy",
      "scheduling.k8s.io",
      "rbac.authorization.k8s.io",
      "authorization.k8s.io",
      "authentication.k8s.io",
    ]);
  });
});

describe("requests that no client of ours sends", () => {
  test("an unknown field is refused, warned of or dropped, as the client asks", async () => {
    const body = { ...configMap("odd"), dat: { a: "1" } };
    const post = (validation: string) => ask("POST", `${CONFIG_MAPS}?dryRun=All&fieldValidation=${validation}`, { body });

    expect(await post("Strict")).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining('strict decoding error: unknown field "dat"') as string },
    });
    const warned = await post("Warn");
    expect(warned.headers.get("warning")).toBe('299 - "unknown field \\"dat\\""');
    expect(warned.json).not.toHaveProperty("dat");
    expect((await post("Ignore")).headers.get("warning")).toBeNull();
    expect((await post("Perhaps")).status).toBe(400);
  });

  test.each([
    ["POST", CONFIG_MAPS, { "content-type": "application/vnd.kubernetes.protobuf" }, 400],
    ["POST", CONFIG_MAPS, { "content-type": "application/cbor" }, 415],
    ["PATCH", `${CONFIG_MAPS}/x`, { "content-type": "application/json" }, 415],
    ["PATCH", `${CONFIG_MAPS}/x`, { "content-type": "application/apply-patch+yaml" }, 422],
    ["GET", `${CONFIG_MAPS}/x/status`, {}, 405],
    ["DELETE", "/api/v1/nodes/x", {}, 405],
    ["POST", `${CONFIG_MAPS}?dryRun=some`, {}, 422],
    ["GET", "/api/v1/services", {}, 404],
    ["GET", "/apis/apps/v1/statefulsets", {}, 404],
    ["POST", "/api/v1/namespaces/default/pods/x/exec", {}, 405],
    ["GET", `${CONFIG_MAPS}?fieldSelector=data.a%3D1`, {}, 400],
    ["GET", `${CONFIG_MAPS}?labelSelector=(`, {}, 400],
    ["GET", `${CONFIG_MAPS}?watch=true&resourceVersion=x`, {}, 400],
    ["GET", "/openapi/v2", {}, 406],
  ])("%s %s %j answers %i with a Status", async (method, path, headers, status) => {
    const answer = await ask(method, path, {
      headers,
      ...(method === "POST" || method === "PATCH" ? { body: configMap("x") } : {}),
    });

    expect(answer).toMatchObject({ status, json: { kind: "Status", status: "Failure", code: status } });
  });

  test("a secret's type may be any text", async () => {
    const body = { apiVersion: "v1", kind: "Secret", metadata: { name: "odd" }, type: "__proto__" };
    expect((await ask("POST", `/api/v1/namespaces/${COMPUTE_NAMESPACE}/secrets`, { body })).status).toBe(201);
  });

  test("a watch from before the cloud knows is told that it is too late", async () => {
    const answer = await ask("GET", `${CONFIG_MAPS}?watch=true&resourceVersion=-5`);

    expect(answer.body).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
  });

  test("a watch sees an object come and go as its selector chooses it", async () => {
    const watching = await watch(`${CONFIG_MAPS}?labelSelector=shown%3Dyes`);
    await ask("POST", CONFIG_MAPS, { body: configMap("turning") });
    const label = (shown: string, a = "1") =>
      ask("PATCH", `${CONFIG_MAPS}/turning`, {
        headers: { "content-type": "application/merge-patch+json" },
        body: { metadata: { labels: { shown } }, data: { a } },
      });
    await label("yes");
    await label("yes", "2");
    await label("no");
    await label("no", "3");
    await label("yes");
    await ask("DELETE", `${CONFIG_MAPS}/turning`);

    expect(await watching.next(5)).toEqual([
      "ADDED turning",
      "MODIFIED turning",
      "DELETED turning",
      "ADDED turning",
      "DELETED turning",
    ]);
  });

  test("finalizers hold an object until they are gone", async () => {
    await ask("POST", CONFIG_MAPS, {
      body: { ...configMap("held"), metadata: { name: "held", finalizers: ["example.com/hold"] } },
    });

    expect((await ask("DELETE", `${CONFIG_MAPS}/held`)).json).toMatchObject({
      metadata: { deletionTimestamp: expect.any(String) as string },
    });
    await ask("PATCH", `${CONFIG_MAPS}/held`, {
      headers: { "content-type": "application/merge-patch+json" },
      body: { metadata: { finalizers: null } },
    });
    expect((await ask("GET", `${CONFIG_MAPS}/held`)).status).toBe(404);
  });
});

describe("a watch", () => {
  // Without the timer that looks every second: what is heard was told of.
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval"] }));
  afterEach(() => void vi.useRealTimers());

  test("hears of what Resource Manager changes without waiting to look", async () => {
    await using other = await startCluster();
    const { server: address, token } = await other.connect();
    const since = (await other.cloud.ask("GET", `${address}/api/v1/namespaces`, { apiVersion: null, token })).json.metadata;
    const watching = await watch(
      `/api/v1/namespaces?resourceVersion=${asString((since as JsonObject).resourceVersion)}`,
      other.cloud,
      { server: address, token },
    );
    const id = `${other.id}/managedNamespaces/heard`;
    await other.cloud.put(id, { location: "eastus", properties: { deletePolicy: "Delete" } }, VERSIONS.aks);
    await other.cloud.settle(await other.cloud.ask("DELETE", id, { apiVersion: VERSIONS.aks }));

    expect(await watching.next(2)).toEqual(["ADDED heard", "DELETED heard"]);
  });

  test.each([
    ["stops", (id: string) => ["POST", `${id}/stop`] as const],
    ["goes", (id: string) => ["DELETE", id] as const],
  ])("ends when its cluster %s", async (_title, request) => {
    await using other = await startCluster();
    const watching = await watch("/api/v1/namespaces", other.cloud, await other.connect());
    const [method, path] = request(other.id);
    await other.cloud.settle(await other.cloud.ask(method, path, { apiVersion: VERSIONS.aks }));

    await expect(watching.toItsEnd()).resolves.toBeUndefined();
  });
});

test("a stopped cluster answers nobody", async () => {
  await using other = await startCluster();
  const { server: address, token } = await other.connect();
  await other.cloud.settle(await other.cloud.ask("POST", `${other.id}/stop`, { apiVersion: VERSIONS.aks }));

  expect(await other.cloud.ask("GET", `${address}/api`, { apiVersion: null, token })).toMatchObject({ status: 503 });
});

test("with local accounts there is an administrator's credential, which asks no role", async () => {
  await using other = await startCluster({ disableLocalAccounts: false });
  const { server: address, token } = connectionOf(await readAdminKubeconfig(other.cloud, other.id));
  const path = `${address}/apis/scheduling.k8s.io/v1/priorityclasses`;

  expect((await other.cloud.ask("GET", path, { apiVersion: null, token })).status).toBe(200);
  expect((await other.cloud.ask("GET", path, { apiVersion: null, token: `${token}x` })).status).toBe(401);
});

test("objects survive a restart, a watch from before it is told to start anew, and nothing of a deleted cluster is left", async () => {
  const first = await startTestCloud({ keep: true });
  const { stateDir } = first;
  const core = await buildCore(first);
  const id = core.id("Microsoft.ContainerService/managedClusters", "aks");
  await first.put(id, clusterBody(core, { properties: { disableLocalAccounts: false } }), VERSIONS.aks);
  const admin = async (cloud: TestCloud) => {
    const { server: address, token } = connectionOf(await readAdminKubeconfig(cloud, id));
    return (method: string, path: string, body?: JsonObject) =>
      cloud.ask(method, `${address}${path}`, { apiVersion: null, token, ...(body === undefined ? {} : { body }) });
  };
  const before = await admin(first);
  const list = "/api/v1/namespaces/default/configmaps";
  const { metadata } = (await before("GET", list)).json;
  await before("POST", list, configMap("kept"));
  await first.close();

  const again = await startTestCloud({ stateDir, keep: true });
  try {
    const after = await admin(again);
    expect((await after("GET", `${list}/kept`)).json).toMatchObject({ data: { a: "1" } });
    const since = asString((metadata as JsonObject).resourceVersion);
    expect((await after("GET", `${list}?watch=true&resourceVersion=${since}`)).body).toMatchObject({
      object: { reason: "Expired" },
    });

    await again.settle(await again.ask("DELETE", id, { apiVersion: VERSIONS.aks }));
    const collections = ["kubernetes-objects", "kubernetes-versions", "kubernetes-derived"];
    expect(collections.flatMap((collection) => again.host.store.list(collection))).toEqual([]);
  } finally {
    await again.close();
    await rm(stateDir, { recursive: true, force: true });
  }
});
