import { PassThrough } from "node:stream";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import { BlobServiceClient } from "@azure/storage-blob";
import { AppsV1Api, CoreV1Api, KubeConfig, Log } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COMPUTE_NAMESPACE, signedIn } from "../support/kubernetes.ts";
import {
  all,
  CLUSTER,
  claimsOf,
  GROUP,
  POLLING,
  REGION,
  refusal,
  type Signer,
  STORAGE_OPTIONS,
  SUFFIX,
  startPlatform,
  until,
  type Witnessed,
  WORKSPACE,
} from "../support/platform.ts";
import { image, push, registryClient } from "../support/registry.ts";
import { STUMP } from "../support/stump.ts";

/** `@azure/arm-machinelearning` and `@azure/storage-blob` take a model along its whole path on the deployed platform. */
let azure: Witnessed;
let ml: AzureMachineLearningWorkspaces;
let workspace: string;
beforeAll(async () => {
  azure = await startPlatform();
  ml = new AzureMachineLearningWorkspaces(azure.credential, azure.subscriptionId, azure.arm);
  workspace = (await ml.workspaces.get(...AT)).id ?? "";
});
afterAll(() => azure[Symbol.asyncDispose]());

const AT = [GROUP, WORKSPACE] as const;
const ACCOUNT = `stmlops${SUFFIX}`;

/** The blob service, through the proxy that knows its host. */
function blobs(signer?: Signer): BlobServiceClient {
  const credential = signer === undefined ? azure.credential : azure.signIn(signer);
  return new BlobServiceClient(`https://${ACCOUNT}.blob.core.rehearsal.test`, credential, {
    ...azure.proxied,
    ...STORAGE_OPTIONS,
  });
}

async function containerOf(datastore: string): Promise<string> {
  const { properties } = await ml.datastores.get(...AT, datastore);
  return "containerName" in properties ? (properties.containerName ?? "") : "";
}

describe("the workspace", () => {
  test("is read with what it stands on, and lists its computes and datastores", async () => {
    const read = await ml.workspaces.get(...AT);
    expect(read).toMatchObject({ name: WORKSPACE, provisioningState: "Succeeded" });
    expect(read.storageAccount).toContain(ACCOUNT);
    expect(read.mlFlowTrackingUri).toContain(workspace);

    const computes = await all(ml.computeOperations.list(...AT));
    expect(computes.map(({ name, properties }) => `${name} ${properties?.computeType} ${properties?.provisioningState}`)).toEqual(
      expect.arrayContaining(["aks-compute Kubernetes Succeeded", "cpu-cluster AmlCompute Succeeded"]),
    );
    const datastores = (await all(ml.datastores.list(...AT))).map(({ name }) => name);
    expect(datastores).toContain("workspaceblobstore");
    expect(datastores).toContain("workspaceartifactstore");
  });

  test("attaches a Kubernetes compute once: another body for it is refused", async () => {
    const attached = await ml.computeOperations.get(...AT, "aks-compute");
    const again = ml.computeOperations.beginCreateOrUpdateAndWait(...AT, "aks-compute", attached, POLLING);

    expect(await refusal(again)).toMatchObject({ status: expect.toSatisfy((status) => status === 400 || status === 409) });
  });
});

describe("blobs", () => {
  test("are uploaded, listed, read in part and deleted with a token of a principal that has the data role", async () => {
    const container = blobs().getContainerClient(await containerOf("workspaceblobstore"));
    await container.getBlockBlobClient("witness/a.txt").upload("abcdef", 6, { metadata: { by: "witness" } });
    await container.getBlockBlobClient("witness/b.txt").uploadData(Buffer.alloc(1024, "b"));

    expect((await all(container.listBlobsFlat({ prefix: "witness/" }))).map(({ name }) => name)).toEqual([
      "witness/a.txt",
      "witness/b.txt",
    ]);
    expect((await container.getBlobClient("witness/a.txt").downloadToBuffer(2, 3)).toString()).toBe("cde");
    expect((await container.getBlobClient("witness/a.txt").getProperties()).metadata).toEqual({ by: "witness" });
    await container.getBlobClient("witness/b.txt").delete();
    expect(await container.getBlobClient("witness/b.txt").exists()).toBe(false);
  });

  test("are refused to a principal without a data role, even if it owns the account", async () => {
    const owner = await azure.test.principal("account-owner");
    await azure.test.assign(owner.objectId, "owner", `/subscriptions/${azure.subscriptionId}/resourceGroups/${GROUP}`);
    const blob = blobs(owner)
      .getContainerClient(await containerOf("workspaceblobstore"))
      .getBlockBlobClient("theirs");

    expect(await refusal(blob.upload("x", 1))).toMatchObject({ status: 403, code: "AuthorizationPermissionMismatch" });
  });
});

/** Kubernetes' own client sees the model server and the front end as pods, reads a log, and what it deletes comes back. */
async function podsOfModel(): Promise<CoreV1Api> {
  const { test: cloud } = azure;
  const id = `${cloud.subscription}/resourceGroups/${GROUP}/providers/Microsoft.ContainerService/managedClusters/${CLUSTER}`;
  await cloud.assign(claimsOf(await cloud.token()).oid, "aksRbacClusterAdmin", id);
  const config = new KubeConfig();
  config.loadFromString(await signedIn(cloud, id));
  const [core, apps] = [config.makeApiClient(CoreV1Api), config.makeApiClient(AppsV1Api)];
  const namespace = COMPUTE_NAMESPACE;
  const labelSelector = "ml.azure.com/endpoint-name=witness";
  const running = () => core.listNamespacedPod({ namespace, labelSelector }).then(({ items }) => items);

  const [pod] = await running();
  const container = pod?.status?.containerStatuses?.[0];
  expect(container).toMatchObject({ ready: true, restartCount: 0, image: "quayside-serve:0.1.0" });
  // The number is a process of this machine, and it is there.
  const pid = Number(container?.containerID?.replace("process://", ""));
  expect(() => process.kill(pid, 0)).not.toThrow();
  const name = pod?.metadata?.name ?? "";
  expect(await core.readNamespacedPodLog({ namespace, name })).not.toBe("");
  // It ends by itself when the deployment goes.
  const followed = new PassThrough();
  await new Log(config).log(namespace, name, "inference-server", followed, { follow: true });
  const deployment = await apps.readNamespacedDeployment({ namespace, name: "blue-witness" });
  expect(deployment).toMatchObject({ spec: { replicas: 1 }, status: { readyReplicas: 1, availableReplicas: 1 } });
  expect((await core.listNamespacedPod({ namespace: "azureml", labelSelector: "app=azureml-fe" })).items).toHaveLength(1);
  await expect(apps.deleteNamespacedDeployment({ namespace, name: "blue-witness" })).rejects.toThrow(/Azure Machine Learning/);

  await core.deleteNamespacedPod({ namespace, name });
  const again = await until(running, (pods) => {
    const status = pods[0]?.status?.containerStatuses?.[0];
    return status?.ready === true && status.restartCount === 1;
  });
  // Whoever follows sees the new process come up.
  await until(
    async () => String(followed.read() ?? ""),
    (text) => text.includes("server.listening"),
  );
  followed.resume();
  expect(again[0]?.status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137 });
  return core;
}

describe("a model", () => {
  test("is trained by a job, registered, served, scored, moved and removed", async () => {
    const code = blobs().getContainerClient(await containerOf("workspaceblobstore"));
    const script = `require("node:fs").writeFileSync(process.argv[2] + "/model.onnx", Buffer.from("${STUMP.toString("base64")}", "base64"));`;
    await code.getBlockBlobClient("LocalUpload/1/train.cjs").upload(script, script.length);
    const { id: codeId = "" } = await ml.codeVersions.createOrUpdate(...AT, "train", "1", {
      properties: { codeUri: `azureml://datastores/workspaceblobstore/paths/LocalUpload/1` },
    });
    const { id: environmentId = "" } = await ml.environmentVersions.createOrUpdate(...AT, "serve", "1", {
      properties: {
        image: "quayside-serve:0.1.0",
        inferenceConfig: {
          livenessRoute: { path: "/v2/health/live", port: 5001 },
          readinessRoute: { path: "/v2/health/ready", port: 5001 },
          scoringRoute: { path: "/score", port: 5001 },
        },
      },
    });
    const compute = `${workspace}/computes/aks-compute`;

    await ml.jobs.createOrUpdate(...AT, "train-stump", {
      properties: {
        jobType: "Command",
        command: "node train.cjs ${{outputs.model}}",
        codeId,
        environmentId,
        computeId: compute,
        outputs: { model: { jobOutputType: "custom_model" } },
      },
    });
    const ended = await until(
      () => ml.jobs.get(...AT, "train-stump"),
      ({ properties }) => ["Completed", "Failed", "Canceled"].includes(properties.status ?? ""),
    );
    expect(ended.properties.status).toBe("Completed");
    const { id: model = "" } = await ml.modelVersions.createOrUpdate(...AT, "stump", "1", {
      properties: { modelUri: "azureml://jobs/train-stump/outputs/model", modelType: "custom_model" },
    });
    expect((await all(ml.modelVersions.list(...AT, "stump"))).map(({ name }) => name)).toEqual(["1"]);

    const endpoint = await ml.onlineEndpoints.beginCreateOrUpdateAndWait(
      ...AT,
      "witness",
      { location: REGION, identity: { type: "SystemAssigned" }, properties: { authMode: "Key", compute } },
      POLLING,
    );
    const deploy = (capacity: number) =>
      ml.onlineDeployments.beginCreateOrUpdateAndWait(
        ...AT,
        "witness",
        "blue",
        {
          location: REGION,
          sku: { name: "Default", capacity },
          properties: { endpointComputeType: "Kubernetes", model, environmentId },
        },
        POLLING,
      );
    await deploy(1);
    const moved = (traffic: Record<string, number>) =>
      ml.onlineEndpoints.beginCreateOrUpdateAndWait(
        ...AT,
        "witness",
        { ...endpoint, properties: { ...endpoint.properties, traffic } },
        POLLING,
      );
    expect(await refusal(moved({ blue: 60 }))).toMatchObject({ status: 400 });
    const routed = await moved({ blue: 100 });
    const { primaryKey } = await ml.onlineEndpoints.listKeys(...AT, "witness");
    const answer = await fetch(routed.properties.scoringUri ?? "", {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${primaryKey}` },
      body: JSON.stringify({ data: [[0.9, 0]] }),
    });
    expect(await answer.json()).toMatchObject({ predictions: ["high"] });
    expect((await ml.onlineDeployments.getLogs(...AT, "witness", "blue", { tail: 20 })).content).not.toBe("");

    const core = await podsOfModel();
    const quota = { metadata: { name: "one-pod" }, spec: { hard: { pods: "1" } } };
    await core.createNamespacedResourceQuota({ namespace: COMPUTE_NAMESPACE, body: quota });
    await expect(deploy(2)).rejects.toThrow(/exceeded quota: one-pod, requested: pods=1, used: pods=1, limited: pods=1/);
    await core.deleteNamespacedResourceQuota({ namespace: COMPUTE_NAMESPACE, name: "one-pod" });
    expect((await deploy(2)).properties.provisioningState).toBe("Succeeded");

    expect(await refusal(ml.onlineDeployments.beginDeleteAndWait(...AT, "witness", "blue", POLLING))).toMatchObject({
      status: 400,
    });
    await moved({});
    await ml.onlineDeployments.beginDeleteAndWait(...AT, "witness", "blue", POLLING);
    await ml.onlineEndpoints.beginDeleteAndWait(...AT, "witness", POLLING);
    expect(await refusal(ml.onlineEndpoints.get(...AT, "witness"))).toMatchObject({ status: 404 });
  });

  test("is served from an image only once the registry has it", async () => {
    const loginServer = `acrmlops${SUFFIX}.azurecr.rehearsal.test`;
    const { id: environmentId = "" } = await ml.environmentVersions.createOrUpdate(...AT, "pulled", "1", {
      properties: {
        image: `${loginServer}/tools/quayside-serve:1.0`,
        inferenceConfig: {
          livenessRoute: { path: "/v2/health/live", port: 5001 },
          readinessRoute: { path: "/v2/health/ready", port: 5001 },
          scoringRoute: { path: "/score", port: 5001 },
        },
      },
    });
    const { id: model = "" } = await ml.modelVersions.get(...AT, "stump", "1");
    const compute = `${workspace}/computes/aks-compute`;
    await ml.onlineEndpoints.beginCreateOrUpdateAndWait(
      ...AT,
      "pulls",
      { location: REGION, identity: { type: "SystemAssigned" }, properties: { authMode: "Key", compute } },
      POLLING,
    );
    const deploy = () =>
      ml.onlineDeployments.beginCreateOrUpdateAndWait(
        ...AT,
        "pulls",
        "blue",
        {
          location: REGION,
          sku: { name: "Default", capacity: 1 },
          properties: { endpointComputeType: "Kubernetes", model, environmentId },
        },
        POLLING,
      );
    await expect(deploy()).rejects.toThrow(/is not in acrmlops/);

    await using registry = registryClient(azure.test.cloud, loginServer);
    const token = await registry.tokenFor(await azure.test.token(), "repository:tools/quayside-serve:pull,push");
    expect((await push(registry, token, "tools/quayside-serve", "1.0", image("server"))).status).toBe(201);
    expect((await deploy()).properties.provisioningState).toBe("Succeeded");
    await ml.onlineEndpoints.beginDeleteAndWait(...AT, "pulls", POLLING);
  });

  test("whose job fails says why, and a job on a compute that is not there is refused", async () => {
    const { id: environmentId = "" } = await ml.environmentVersions.createOrUpdate(...AT, "plain", "1", {
      properties: { image: "node:24" },
    });
    const job = (command: string, compute: string) => ({
      properties: { jobType: "Command" as const, command, environmentId, computeId: `${workspace}/computes/${compute}` },
    });
    await ml.jobs.createOrUpdate(...AT, "fails", job("echo boom >&2; exit 3", "aks-compute"));

    const ended = await until(
      () => ml.jobs.get(...AT, "fails"),
      ({ properties }) => ["Completed", "Failed", "Canceled"].includes(properties.status ?? ""),
    );
    expect(ended.properties.status).toBe("Failed");
    expect(await refusal(ml.jobs.createOrUpdate(...AT, "nowhere", job("true", "no-such-compute")))).toMatchObject({
      status: expect.toSatisfy((status) => status === 400 || status === 404),
    });
  });

  test("is out of reach of a principal without a role in the workspace", async () => {
    const stranger = await azure.test.principal("stranger");
    const theirs = new AzureMachineLearningWorkspaces(azure.signIn(stranger), azure.subscriptionId, azure.arm);

    const refused = await refusal(all(theirs.jobs.list(...AT)));

    expect(refused).toMatchObject({ status: 403, code: "AuthorizationFailed" });
    expect(refused.message).toContain("Microsoft.MachineLearningServices/workspaces/jobs/read");
  });
});
