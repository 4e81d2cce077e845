import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asString, type JsonObject } from "../../src/base/index.ts";
import { COMPUTE_NAMESPACE, type ServedCluster, startCluster } from "../support/kubernetes.ts";

/** What the controllers of an embedded cluster make of workloads that no process stands for. */
let cluster: ServedCluster;
let server: string;
let token: string;

beforeAll(async () => {
  cluster = await startCluster();
  ({ server, token } = await cluster.connect());
});

afterAll(() => cluster[Symbol.asyncDispose]());

const CORE = `/api/v1/namespaces/${COMPUTE_NAMESPACE}`;
const APPS = `/apis/apps/v1/namespaces/${COMPUTE_NAMESPACE}`;
const MERGE = { "content-type": "application/merge-patch+json" };

const ask = (method: string, path: string, body?: JsonObject, headers: Record<string, string> = {}) =>
  cluster.cloud.ask(method, `${server}${path}`, { apiVersion: null, token, headers, ...(body === undefined ? {} : { body }) });

async function items(path: string): Promise<JsonObject[]> {
  return (await ask("GET", path)).json.items as JsonObject[];
}

const pods = (app: string) => items(`${CORE}/pods?labelSelector=app%3D${app}`);

function workload(kind: string, app: string, spec: JsonObject = {}, container: JsonObject = {}): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: app },
    spec: {
      selector: { matchLabels: { app } },
      template: {
        metadata: { labels: { app } },
        spec: { containers: [{ name: "main", image: "registry.example/app:1", ...container }] },
      },
      ...spec,
    },
  };
}

describe("a Deployment", () => {
  test("has its pods, and each says that it does not run and why", async () => {
    expect((await ask("POST", `${APPS}/deployments`, workload("Deployment", "web", { replicas: 2 }))).status).toBe(201);

    const found = await pods("web");
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({
      metadata: { ownerReferences: [{ kind: "ReplicaSet", controller: true }] },
      spec: { restartPolicy: "Always", containers: [{ imagePullPolicy: "IfNotPresent" }] },
      status: {
        phase: "Pending",
        conditions: [
          {
            type: "PodScheduled",
            status: "False",
            reason: "Unschedulable",
            message: expect.stringMatching(/has no container runtime/) as string,
          },
        ],
      },
    });
    expect((await ask("GET", `${APPS}/deployments/web`)).json.status).toMatchObject({
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: 0,
      unavailableReplicas: 2,
      conditions: expect.arrayContaining([
        expect.objectContaining({ type: "Available", status: "False" }),
        expect.objectContaining({ type: "Progressing", status: "True", reason: "ReplicaSetUpdated" }),
      ]) as JsonObject[],
    });
    const reasons = (await items(`${CORE}/events`)).map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(["ScalingReplicaSet", "SuccessfulCreate", "FailedScheduling"]));
  });

  test("is scaled by its subresource, and rolls to another template by another ReplicaSet", async () => {
    const scale = `${APPS}/deployments/web/scale`;
    expect((await ask("GET", scale)).json).toMatchObject({
      kind: "Scale",
      spec: { replicas: 2 },
      status: { selector: "app=web" },
    });
    expect((await ask("PATCH", scale, { spec: { replicas: 3 } }, MERGE)).json).toMatchObject({ spec: { replicas: 3 } });
    expect(await pods("web")).toHaveLength(3);

    await ask(
      "PATCH",
      `${APPS}/deployments/web`,
      { spec: { template: { spec: { containers: [{ name: "main", image: "registry.example/app:2" }] } } } },
      { "content-type": "application/strategic-merge-patch+json" },
    );
    const sets = await items(`${APPS}/replicasets`);
    expect(new Set(sets.map(({ spec }) => (spec as JsonObject).replicas))).toEqual(new Set([0, 3]));
    expect((await pods("web")).map((pod) => JSON.stringify(pod)).every((pod) => pod.includes("app:2"))).toBe(true);
  });

  test.each([
    ["merge-patch", { spec: { replicas: 1 } }],
    ["strategic-merge-patch", { spec: { replicas: 2 } }],
    [
      "json-patch",
      [
        { op: "test", path: "/spec/replicas", value: 2 },
        { op: "replace", path: "/spec/replicas", value: 3 },
      ],
    ],
  ])("is scaled by a %s of its subresource", async (type, body) => {
    const headers = { "content-type": `application/${type}+json` };
    const answer = await cluster.cloud.ask("PATCH", `${server}${APPS}/deployments/web/scale`, {
      apiVersion: null,
      token,
      headers,
      body,
    });

    expect(answer).toMatchObject({ status: 200, json: { kind: "Scale" } });
    expect(await pods("web")).toHaveLength((answer.json.spec as { replicas: number }).replicas);
  });

  test("of a long name has pods and events of shorter ones", async () => {
    const name = `${"abc.".repeat(60)}z`;
    const answer = await ask("POST", `${APPS}/deployments`, { ...workload("Deployment", "long"), metadata: { name } });

    expect(answer).toMatchObject({ status: 201, json: { metadata: { name } } });
    expect((await pods("long")).map(({ metadata }) => asString((metadata as JsonObject).name).length)).toEqual([63]);
    const events = (await items(`${CORE}/events`)).filter(({ involvedObject }) => (involvedObject as JsonObject).name === name);
    expect(events.map(({ reason }) => reason)).toEqual(["ScalingReplicaSet"]);
    expect(asString((events[0]?.metadata as JsonObject | undefined)?.name)).toMatch(/^abc\..*\.abc\.[0-9a-f]{16}$/);
    await ask("DELETE", `${APPS}/deployments/${name}`);
  });

  test("that never becomes ready exceeds its deadline", async () => {
    await ask("POST", `${APPS}/deployments`, workload("Deployment", "late", { progressDeadlineSeconds: 60 }));
    cluster.cloud.cloud.clock.advance(61_000);

    const { conditions } = (await ask("GET", `${APPS}/deployments/late`)).json.status as { conditions: JsonObject[] };
    expect(conditions.find(({ type }) => type === "Progressing")).toMatchObject({
      status: "False",
      reason: "ProgressDeadlineExceeded",
    });
  });

  test("takes its ReplicaSets and pods along, unless they are orphaned", async () => {
    for (const name of ["gone", "left"]) await ask("POST", `${APPS}/deployments`, workload("Deployment", name));
    await ask("DELETE", `${APPS}/deployments/gone`);
    await ask("DELETE", `${APPS}/deployments/left?propagationPolicy=Orphan`);

    expect(await pods("gone")).toEqual([]);
    expect(await pods("left")).toHaveLength(1);
  });

  test.each([
    ["without a selector", { selector: undefined }, "spec.selector"],
    ["whose selector its pods do not have", { selector: { matchLabels: { app: "other" } } }, "spec.template.metadata.labels"],
    ["without containers", { template: { metadata: { labels: { app: "bad" } }, spec: { containers: [] } } }, "containers"],
    ["of more pods than a rehearsal keeps", { replicas: 100_000 }, "at most 250"],
  ])("%s is refused", async (_, spec, said) => {
    const answer = await ask("POST", `${APPS}/deployments`, workload("Deployment", "bad", spec));

    expect(answer).toMatchObject({ status: 422, json: { message: expect.stringContaining(said) as string } });
  });
});

describe("a DaemonSet", () => {
  test("has a pod for each node that it selects and whose taints it tolerates", async () => {
    await ask("POST", `${APPS}/daemonsets`, workload("DaemonSet", "agent"));
    expect(await pods("agent")).toHaveLength(3);
    expect((await ask("GET", `${APPS}/daemonsets/agent`)).json.status).toMatchObject({
      desiredNumberScheduled: 3,
      currentNumberScheduled: 3,
      numberReady: 0,
    });

    const nodeSelector = { agentpool: "no-such-pool" };
    await ask("PATCH", `${APPS}/daemonsets/agent`, { spec: { template: { spec: { nodeSelector } } } }, MERGE);
    expect(await pods("agent")).toEqual([]);
  });
});

describe("limits, quotas and budgets", () => {
  test("a quota counts pods as the limit range completes them, and stops the next one", async () => {
    const namespace = "counted";
    const core = `/api/v1/namespaces/${namespace}`;
    const apps = `/apis/apps/v1/namespaces/${namespace}`;
    await ask("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
    await ask("POST", `${core}/limitranges`, {
      metadata: { name: "limits" },
      spec: {
        limits: [{ type: "Container", default: { cpu: "1", memory: "1Gi" }, defaultRequest: { cpu: "250m", memory: "512Mi" } }],
      },
    });
    await ask("POST", `${core}/resourcequotas`, {
      metadata: { name: "quota" },
      spec: { hard: { pods: "2", "requests.cpu": "4", "requests.memory": "4Gi", "count/configmaps": "5" } },
    });
    await ask("POST", `${apps}/deployments`, workload("Deployment", "many", { replicas: 3 }));

    expect((await ask("GET", `${core}/resourcequotas/quota`)).json.status).toMatchObject({
      used: { pods: "2", "requests.cpu": "500m", "requests.memory": "1Gi", "count/configmaps": "0" },
    });
    expect((await ask("GET", `${apps}/deployments/many`)).json.status).toMatchObject({
      replicas: 2,
      conditions: expect.arrayContaining([expect.objectContaining({ type: "ReplicaFailure" })]) as JsonObject[],
    });
    const pod = { metadata: { name: "one-more" }, spec: { containers: [{ name: "main", image: "x" }] } };
    expect(await ask("POST", `${core}/pods`, pod)).toMatchObject({
      status: 403,
      json: {
        message: expect.stringContaining("exceeded quota: quota, requested: pods=1, used: pods=2, limited: pods=2") as string,
      },
    });
  });

  test("limits that make a bad pod of a good template stop its ReplicaSet, and nothing else", async () => {
    const asking = { resources: { requests: { cpu: "2" } } };
    await ask("POST", `${APPS}/deployments`, workload("Deployment", "greedy", {}, asking));
    await ask("POST", `${CORE}/limitranges`, {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "small" },
      spec: { limits: [{ type: "Container", default: { cpu: "1" }, defaultRequest: { cpu: "1" } }] },
    });

    const answer = await ask("PATCH", `${APPS}/deployments/greedy`, { spec: { replicas: 2 } }, MERGE);
    expect(answer).toMatchObject({
      status: 200,
      json: { spec: { replicas: 2 } },
    });
    const { conditions } = (await ask("GET", `${APPS}/deployments/greedy`)).json.status as { conditions: JsonObject[] };
    expect(conditions.find(({ type }) => type === "ReplicaFailure")).toMatchObject({
      reason: "FailedCreate",
      message: expect.stringMatching(/is invalid: spec.containers\[0\].resources.requests/) as string,
    });
    expect(await pods("greedy")).toHaveLength(1);
    // Who only looks changes nothing.
    const versionOf = async () => ((await ask("GET", `${CORE}/events`)).json.metadata as JsonObject).resourceVersion;
    expect(await versionOf()).toBe(await versionOf());
    for (const path of [`${APPS}/deployments/greedy`, `${CORE}/limitranges/small`]) await ask("DELETE", path);
  });

  test("a limit range says how much a container may take", async () => {
    const core = "/api/v1/namespaces/limited";
    await ask("POST", "/api/v1/namespaces", { metadata: { name: "limited" } });
    await ask("POST", `${core}/limitranges`, {
      metadata: { name: "limits" },
      spec: { limits: [{ type: "Container", max: { cpu: "1" }, min: { cpu: "100m" } }] },
    });
    const pod = (resources: JsonObject) =>
      ask("POST", `${core}/pods`, {
        metadata: { generateName: "pod-" },
        spec: { containers: [{ name: "main", image: "x", resources }] },
      });

    expect((await pod({})).json).toMatchObject({
      spec: { containers: [{ resources: { limits: { cpu: "1" }, requests: { cpu: "1" } } }] },
    });
    expect(await pod({ limits: { cpu: "2" } })).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining("maximum cpu usage per Container is 1, but limit is 2") as string },
    });
    expect((await pod({ limits: { cpu: "50m" } })).json.message).toContain(
      "minimum cpu usage per Container is 100m, but request is 50m",
    );
  });

  test("a disruption budget knows the pods that it is about", async () => {
    await ask("POST", `/apis/policy/v1/namespaces/${COMPUTE_NAMESPACE}/poddisruptionbudgets`, {
      metadata: { name: "web" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    });

    const { status } = (await ask("GET", `/apis/policy/v1/namespaces/${COMPUTE_NAMESPACE}/poddisruptionbudgets/web`)).json;
    expect(status).toMatchObject({ expectedPods: 3, desiredHealthy: 2, currentHealthy: 0, disruptionsAllowed: 0 });
  });
});

describe("statuses", () => {
  test("are written by their own path alone", async () => {
    const path = `${CORE}/pods/by-hand`;
    const made = await ask("POST", `${CORE}/pods`, {
      metadata: { name: "by-hand" },
      spec: { containers: [{ name: "main", image: "x" }] },
      status: { phase: "Running" },
    });
    expect(made.json).toMatchObject({ status: { phase: "Pending", qosClass: "BestEffort" } });

    await ask("PATCH", path, { status: { phase: "Running" } }, MERGE);
    expect((await ask("GET", path)).json).toMatchObject({ status: { phase: "Pending" } });
    await ask("PATCH", `${path}/status`, { status: { phase: "Failed" }, metadata: { labels: { no: "label" } } }, MERGE);
    const failed = (await ask("GET", path)).json;
    expect(failed).toMatchObject({ status: { phase: "Failed" } });
    expect((failed.metadata as JsonObject).labels).toBeUndefined();
  });

  test("a pod that nothing runs has no log, and what a pod runs is not changed", async () => {
    expect(await ask("GET", `${CORE}/pods/by-hand/log`)).toMatchObject({
      status: 400,
      json: { message: expect.stringContaining("no container runs in the embedded AKS") as string },
    });
    expect(
      await ask(
        "PATCH",
        `${CORE}/pods/by-hand`,
        { spec: { containers: [{ name: "main", image: "x", command: ["sh"] }] } },
        MERGE,
      ),
    ).toMatchObject({ status: 422 });
  });

  test("an object that claims to show a process is refused", async () => {
    const metadata = { name: "fake", annotations: { "quayside/workload": "x" } };
    const answer = await ask("POST", `${CORE}/pods`, { metadata, spec: { containers: [{ name: "main", image: "x" }] } });

    expect(answer.status).toBe(403);
  });
});

test("what selectors choose is deleted in one request", async () => {
  for (const name of ["a", "b", "c"])
    await ask("POST", `${CORE}/configmaps`, { metadata: { name, labels: { batch: name === "c" ? "no" : "yes" } } });
  await ask("DELETE", `${CORE}/configmaps?labelSelector=batch%3Dyes`);

  expect((await items(`${CORE}/configmaps`)).map(({ metadata }) => (metadata as JsonObject).name)).toContain("c");
  expect((await items(`${CORE}/configmaps?labelSelector=batch%3Dyes`)).length).toBe(0);
});

test("events are forgotten after an hour", async () => {
  cluster.cloud.cloud.clock.advance(3_700_000);

  expect(await items(`${CORE}/events?fieldSelector=reason%3DScalingReplicaSet`)).toEqual([]);
});
