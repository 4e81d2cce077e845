import {
  ApiException,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
  type V1Status,
  Watch,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { COMPUTE_NAMESPACE, type ServedCluster, startCluster } from "../support/kubernetes.ts";
import { objectsOfOverlay } from "../support/kustomize.ts";

/** Kubernetes' own client for JavaScript, with the kubeconfig that the embedded AKS hands out. */
let cluster: ServedCluster;
let config: KubeConfig;
let client: KubernetesObjectApi;

beforeAll(async () => {
  cluster = await startCluster();
  config = new KubeConfig();
  config.loadFromString(await cluster.kubeconfig());
  client = KubernetesObjectApi.makeApiClient(config);
});

afterAll(async () => {
  await cluster[Symbol.asyncDispose]();
});

const MANAGER = "platform";

function apply(
  object: JsonObject,
  options: { readonly dryRun?: boolean; readonly force?: boolean; readonly manager?: string } = {},
) {
  return client.patch(
    asModel(object) as KubernetesObject,
    undefined,
    options.dryRun === true ? "All" : undefined,
    options.manager ?? MANAGER,
    options.force,
    PatchStrategy.ServerSideApply,
  );
}

/** The client's models have other names for words of the language, and drop what they do not know. */
const RENAMED: Readonly<Record<string, string>> = { default: "_default", from: "_from" };

function asModel(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(asModel);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [RENAMED[key] ?? key, member === undefined ? undefined : asModel(member)]),
  );
}

async function refusalOf(promise: Promise<unknown>): Promise<{ code: number; reason: string; message: string }> {
  try {
    await promise;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    // The generated operations parse the status, the generic ones hand its text over.
    const body: unknown = typeof error.body === "string" ? JSON.parse(error.body) : error.body;
    const { reason = "", message = "" } = body as V1Status;
    return { code: error.code, reason, message };
  }
  throw new Error("nothing was refused");
}

const configMap = (name: string, data: Record<string, string>, namespace = COMPUTE_NAMESPACE) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});

describe("the platform's objects", () => {
  const objects = objectsOfOverlay("prod");

  test("are applied, and applied again without a change", async () => {
    for (const object of objects) await apply(object, { force: true });
    // By now the controllers have written what statuses there are.
    const first = [];
    for (const object of objects) first.push(await apply(object));
    const second = [];
    for (const object of objects) second.push(await apply(object));

    expect(first.length).toBeGreaterThan(20);
    expect(second.map(({ metadata }) => metadata?.resourceVersion)).toEqual(
      first.map(({ metadata }) => metadata?.resourceVersion),
    );
  });

  test("come back in lists of their kind", async () => {
    const policies = await client.list("networking.k8s.io/v1", "NetworkPolicy", COMPUTE_NAMESPACE);
    const types = await client.list("amlarc.azureml.com/v1alpha1", "InstanceType");

    expect(policies.items.map(({ metadata }) => metadata?.name)).toContain("default-deny");
    expect(types.items.map(({ metadata }) => metadata?.name)).toEqual(["defaultinstancetype", "large"]);
  });

  test("are narrowed by labels", async () => {
    const list = (selector: string) =>
      client
        .list("v1", "ConfigMap", undefined, undefined, undefined, undefined, undefined, selector)
        .then(({ items }) => items.length);

    expect(await list("app.kubernetes.io/part-of=mlops")).toBe(2);
    expect(await list("app.kubernetes.io/part-of notin (mlops)")).toBe(0);
  });
});

test("the instance type that the extension made is its own until somebody insists", async () => {
  await using other = await startCluster();
  const own = new KubeConfig();
  own.loadFromString(await other.kubeconfig());
  const api = KubernetesObjectApi.makeApiClient(own);
  const [object] = objectsOfOverlay("dev").filter(({ kind }) => kind === "InstanceType");
  const put = (force: boolean) =>
    api.patch(object as KubernetesObject, undefined, undefined, MANAGER, force, PatchStrategy.ServerSideApply);

  const refusal = await refusalOf(put(false));
  expect(refusal).toMatchObject({ code: 409, reason: "Conflict" });
  expect(refusal.message).toMatch(
    /^Apply failed with 3 conflicts: conflicts with "amloperator" using amlarc\.azureml\.com\/v1alpha1 at .*\n- \.spec\.resources/,
  );
  expect(await put(true)).toMatchObject({ spec: { resources: { limits: { memory: "4Gi" } } } });
});

test("a dry run answers what would be and keeps nothing", async () => {
  const made = await apply(configMap("dry", { a: "1" }), { dryRun: true });

  expect(made).toMatchObject({ data: { a: "1" } });
  expect(await refusalOf(client.read(configMap("dry", {})))).toMatchObject({ code: 404, message: 'configmaps "dry" not found' });
});

test("objects are made, replaced, patched and deleted", async () => {
  const made = await client.create(configMap("crud", { a: "1" }));
  const replaced = await client.replace({ ...configMap("crud", { a: "2" }), metadata: made.metadata });
  const stale = await refusalOf(client.replace({ ...configMap("crud", { a: "3" }), metadata: made.metadata }));
  const merged = await client.patch(
    { ...configMap("crud", { b: "4" }) },
    undefined,
    undefined,
    undefined,
    undefined,
    PatchStrategy.MergePatch,
  );

  expect(replaced).toMatchObject({ data: { a: "2" } });
  expect(stale).toMatchObject({ code: 409, reason: "Conflict" });
  expect(merged).toMatchObject({ data: { a: "2", b: "4" } });
  expect(await client.delete(configMap("crud", {}))).toMatchObject({ status: "Success" });
  expect(await refusalOf(client.delete(configMap("crud", {})))).toMatchObject({ code: 404 });
});

test("a watch tells of every change behind the version that it starts from", async () => {
  const { metadata } = await client.list("v1", "ConfigMap", COMPUTE_NAMESPACE);
  await client.create(configMap("watched", { a: "1" }));
  await client.create(configMap("elsewhere", {}, "default"));
  await apply({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "watched", namespace: COMPUTE_NAMESPACE, labels: { on: "yes" } },
  });
  await client.delete(configMap("watched", {}));

  const seen: string[] = [];
  const gone = Promise.withResolvers<void>();
  const watching = await new Watch(config).watch(
    `/api/v1/namespaces/${COMPUTE_NAMESPACE}/configmaps`,
    { resourceVersion: metadata?.resourceVersion },
    (phase: string, object: KubernetesObject) => {
      seen.push(`${phase} ${object.metadata?.name}`);
      if (phase === "DELETED") gone.resolve();
    },
    // The end of the watch; before the deletion was told of it is a failure.
    gone.reject,
  );
  await gone.promise;
  watching.abort();

  expect(seen).toEqual(["ADDED watched", "MODIFIED watched", "DELETED watched"]);
});

describe("what the API server refuses", () => {
  test.each([
    ["a value of the wrong type", { ...configMap("bad", {}), data: { a: 1 } }, 422, "Invalid", "data.a"],
    [
      "a default above the maximum",
      {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "bad", namespace: COMPUTE_NAMESPACE },
        spec: { limits: [{ type: "Container", max: { cpu: "1" }, default: { cpu: "2" } }] },
      },
      422,
      "Invalid",
      "spec.limits[0].default[cpu]",
    ],
    [
      "a priority that is the system's",
      { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "bad" }, value: 2_000_000_000 },
      422,
      "Invalid",
      "value",
    ],
    [
      "an instance type without memory",
      {
        apiVersion: "amlarc.azureml.com/v1alpha1",
        kind: "InstanceType",
        metadata: { name: "bad" },
        spec: { resources: { requests: { cpu: "1" }, limits: { cpu: "1", memory: "1Gi" } } },
      },
      422,
      "Invalid",
      "spec.resources.requests.memory",
    ],
    ["a namespace that is not there", configMap("bad", {}, "nowhere"), 404, "NotFound", 'namespaces "nowhere" not found'],
  ])("%s", async (_, object, code, reason, said) => {
    const refusal = await refusalOf(apply(object));

    expect(refusal).toMatchObject({ code, reason });
    expect(refusal.message).toContain(said);
  });

  test("kinds that the cluster does not know", async () => {
    await expect(client.list("v1", "Service", COMPUTE_NAMESPACE)).rejects.toThrow(/Service/);
  });
});
