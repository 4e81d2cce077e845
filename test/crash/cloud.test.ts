import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AzureMachineLearningWorkspaces } from "@azure/arm-machinelearning";
import { ResourceManagementClient } from "@azure/arm-resources";
import { DeploymentsClient } from "@azure/arm-resourcesdeployments";
import { ClientSecretCredential } from "@azure/identity";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openRehearsal, type Rehearsal } from "../../src/cli/rehearsal.ts";
import { type StateFolder, stateFolder } from "../../src/cli/state.ts";
import {
  all,
  claimsOf,
  GROUP,
  POLLING,
  platformDeployment,
  REGION,
  STORAGE_OPTIONS,
  SUFFIX,
  until,
  WORKSPACE,
} from "../support/platform.ts";
import { descendantsOf, stillAlive } from "../support/processes.ts";
import { digestOf, image, push, registryClient } from "../support/registry.ts";
import { STUMP } from "../support/stump.ts";

/** The embedded Azure as the product starts it, a process of its own, and Microsoft's clients. */
let state: StateFolder;
const opened: Rehearsal[] = [];
beforeEach(() => {
  state = stateFolder("/", mkdtempSync(join(tmpdir(), "quayside-crash-")));
});
afterEach(async () => {
  for (const rehearsal of opened.splice(0)) await rehearsal.close();
  rmSync(state.path, { recursive: true, force: true, maxRetries: 5 });
});

interface Clients {
  readonly rehearsal: Rehearsal;
  readonly deployments: DeploymentsClient;
  readonly resources: ResourceManagementClient;
  readonly ml: AzureMachineLearningWorkspaces;
  readonly credential: ClientSecretCredential;
  readonly blobs: BlobServiceClient;
}

async function start(realtime: boolean): Promise<Clients> {
  const rehearsal = await openRehearsal(state, { realtime });
  opened.push(rehearsal);
  const { arm, clientId, proxy, subscriptionId, tenantId } = rehearsal.cloud;
  const retryOptions = { maxRetries: 0 };
  const credential = new ClientSecretCredential(tenantId, clientId, rehearsal.clientSecret.reveal(), {
    authorityHost: arm,
    disableInstanceDiscovery: true,
  });
  const options = {
    endpoint: arm,
    credentialScopes: [`${arm}/.default`],
    credentials: { scopes: [`${arm}/.default`] },
    retryOptions,
  };
  const { hostname, port, protocol } = new URL(proxy);
  return {
    rehearsal,
    credential,
    deployments: new DeploymentsClient(credential, subscriptionId, options),
    resources: new ResourceManagementClient(credential, subscriptionId, options),
    ml: new AzureMachineLearningWorkspaces(credential, subscriptionId, options),
    blobs: new BlobServiceClient(`https://stmlops${SUFFIX}.blob.core.rehearsal.test`, credential, {
      proxyOptions: { host: `${protocol}//${hostname}`, port: Number(port) },
      ...STORAGE_OPTIONS,
    }),
  };
}

async function operatorOf({ credential, rehearsal }: Clients): Promise<string> {
  return claimsOf((await credential.getToken(`${rehearsal.cloud.arm}/.default`)).token).oid;
}

const deployment = async (clients: Clients) => ({
  properties: { mode: "Incremental" as const, ...platformDeployment(await operatorOf(clients)) },
});

/** What a deployment's operations say of each resource: id -> state. */
async function operationsOf({ deployments }: Clients, name: string): Promise<Map<string, string>> {
  const found = await all(deployments.deploymentOperations.list(GROUP, name));
  return new Map(
    found.flatMap(({ properties }) => {
      const id = properties?.targetResource?.id;
      return id === undefined ? [] : [[id, properties?.provisioningState ?? ""] as const];
    }),
  );
}

/** Resolves at once: the next life may begin while the last one is still being buried. */
function kill({ rehearsal }: Clients): void {
  process.kill(rehearsal.cloud.pid, "SIGKILL");
}

test("kill -9, twice in the middle of a deployment, loses no acknowledged write; a restart resumes it, and a second one succeeds", async () => {
  const first = await start(true);
  await first.resources.resourceGroups.createOrUpdate(GROUP, { location: REGION });
  // Real time: the cluster takes minutes, so the deployment cannot have ended when the process does.
  await first.deployments.deployments.beginCreateOrUpdate(GROUP, "interrupted", await deployment(first), POLLING);
  const acknowledged: string[] = [];
  let writing = true;
  const writer = (async () => {
    for (let count = 0; writing; count++) {
      const name = `rg-written-${count}`;
      try {
        await first.resources.resourceGroups.createOrUpdate(name, { location: REGION, tags: { count: String(count) } });
        acknowledged.push(name);
      } catch {
        return; // the cloud is gone
      }
    }
  })();
  const seen = await until(
    () => operationsOf(first, "interrupted"),
    (states) => acknowledged.length >= 10 && [...states.values()].filter((value) => value === "Succeeded").length >= 5,
    15_000,
  );

  kill(first);
  writing = false;
  await writer;
  // The second life is as short: it has resumed the deployment and not finished it.
  const between = await start(true);
  expect((await between.deployments.deployments.get(GROUP, "interrupted")).properties?.provisioningState).toBe("Running");
  kill(between);
  const second = await start(false);

  const groups = new Map((await all(second.resources.resourceGroups.list())).map(({ name, tags }) => [name, tags]));
  expect(acknowledged.filter((name) => groups.get(name)?.count !== name.split("-").at(-1))).toEqual([]);
  expect([...seen.values()]).not.toEqual([...seen.values()].map(() => "Succeeded"));
  const ended = await until(
    () => second.deployments.deployments.get(GROUP, "interrupted"),
    ({ properties }) => ["Succeeded", "Failed", "Canceled"].includes(properties?.provisioningState ?? ""),
  );
  expect(ended.properties?.error).toBeUndefined();
  expect(ended.properties?.provisioningState).toBe("Succeeded");
  const after = await operationsOf(second, "interrupted");
  // A resource that had succeeded is not made again: its row is the one that was there.
  for (const [id, value] of seen) if (value === "Succeeded") expect(`${id} ${after.get(id)}`).toBe(`${id} Succeeded`);
  expect([...after.values()].filter((value) => value !== "Succeeded")).toEqual([]);

  const again = await second.deployments.deployments.createOrUpdate(GROUP, "again", await deployment(second), POLLING);
  expect(again.properties?.provisioningState).toBe("Succeeded");

  // Removal is cut short as well: what was accepted is carried out by whoever comes next.
  await second.rehearsal.close();
  const removing = await start(true);
  await removing.resources.resourceGroups.beginDelete(GROUP, POLLING);
  expect((await removing.resources.resourceGroups.get(GROUP)).properties?.provisioningState).toBe("Deleting");
  kill(removing);
  const last = await start(false);
  await until(
    () => last.resources.resourceGroups.checkExistence(GROUP),
    ({ body }) => !body,
  );
  expect(await all(last.resources.resources.list())).toEqual([]);
});

test("jobs, model servers, routers and stores of a killed cloud end within seconds; a restart serves again under the same key", async () => {
  const first = await start(false);
  const at = [GROUP, WORKSPACE] as const;
  await first.resources.resourceGroups.createOrUpdate(GROUP, { location: REGION });
  await first.deployments.deployments.createOrUpdate(GROUP, "platform", await deployment(first), POLLING);
  const workspace = (await first.ml.workspaces.get(...at)).id ?? "";
  const { properties: store } = await first.ml.datastores.get(...at, "workspaceblobstore");
  const container = first.blobs.getContainerClient("containerName" in store ? (store.containerName ?? "") : "");
  await container.getBlockBlobClient("models/stump/model.onnx").upload(STUMP, STUMP.length);
  const compute = `${workspace}/computes/aks-compute`;
  const { id: model = "" } = await first.ml.modelVersions.createOrUpdate(...at, "stump", "1", {
    properties: { modelUri: "azureml://datastores/workspaceblobstore/paths/models/stump", modelType: "custom_model" },
  });
  const route = (path: string) => ({ path, port: 5001 });
  const { id: environmentId = "" } = await first.ml.environmentVersions.createOrUpdate(...at, "serve", "1", {
    properties: {
      image: "quayside-serve:0.1.0",
      inferenceConfig: {
        livenessRoute: route("/v2/health/live"),
        readinessRoute: route("/v2/health/ready"),
        scoringRoute: route("/score"),
      },
    },
  });
  const endpoint = await first.ml.onlineEndpoints.beginCreateOrUpdateAndWait(
    ...at,
    "crash",
    { location: REGION, identity: { type: "SystemAssigned" }, properties: { authMode: "Key", compute } },
    POLLING,
  );
  await first.ml.onlineDeployments.beginCreateOrUpdateAndWait(
    ...at,
    "crash",
    "blue",
    {
      location: REGION,
      sku: { name: "Default", capacity: 2 },
      properties: { endpointComputeType: "Kubernetes", model, environmentId },
    },
    POLLING,
  );
  await first.ml.onlineEndpoints.beginCreateOrUpdateAndWait(
    ...at,
    "crash",
    { ...endpoint, properties: { ...endpoint.properties, traffic: { blue: 100 } } },
    POLLING,
  );
  const { primaryKey = "" } = await first.ml.onlineEndpoints.listKeys(...at, "crash");
  await first.ml.jobs.createOrUpdate(...at, "sleeper", {
    properties: { jobType: "Command", command: "sleep 300 & sleep 300", environmentId, computeId: compute },
  });
  await until(
    () => first.ml.jobs.get(...at, "sleeper"),
    ({ properties }) => properties.status === "Running",
  );
  const family = await until(
    () => descendantsOf(first.rehearsal.cloud.pid),
    (found) => found.filter(({ command }) => command.includes("sleep 300")).length >= 2,
  );
  expect(family.filter(({ command }) => command.includes("--name stump "))).toHaveLength(2);
  expect(family.filter(({ command }) => command.includes("router-main.ts"))).toHaveLength(1);

  kill(first);
  const survivors = await until(
    () => stillAlive(family),
    (alive) => alive.length === 0,
    5_000,
  ).catch((error: unknown) => error);
  expect(survivors).toEqual([]);

  const second = await start(false);
  const { properties: job } = await second.ml.jobs.get(...at, "sleeper");
  expect(job.status).toBe("Failed");
  expect((await second.ml.onlineEndpoints.listKeys(...at, "crash")).primaryKey).toBe(primaryKey);
  const { properties } = await second.ml.onlineEndpoints.get(...at, "crash");
  const scored = await until(
    () =>
      fetch(properties.scoringUri ?? "", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${primaryKey}` },
        body: JSON.stringify({ data: [[0.9, 0]] }),
      }).then(
        async (answer) => (answer.ok ? await answer.json() : answer.status),
        (error: unknown) => String(error),
      ),
    (seen) => typeof seen === "object",
  );
  expect(scored).toMatchObject({ predictions: ["high"] });
});

test("kill -9 in the middle of a push loses no image that was acknowledged, and leaves nothing of the other", async () => {
  const first = await start(false);
  await first.resources.resourceGroups.createOrUpdate(GROUP, { location: REGION });
  await first.resources.resources.beginCreateOrUpdateAndWait(
    GROUP,
    "Microsoft.ContainerRegistry",
    "",
    "registries",
    "acrcrash",
    "2025-11-01",
    { location: REGION, sku: { name: "Basic" }, properties: {} },
    POLLING,
  );
  const entra = async ({ credential, rehearsal }: Clients) =>
    (await credential.getToken(`${rehearsal.cloud.arm}/.default`)).token;
  const login = "acrcrash.azurecr.rehearsal.test";
  const acknowledged: string[] = [];
  {
    await using client = registryClient(first.rehearsal.cloud, login);
    const token = await client.tokenFor(await entra(first), "repository:app:pull,push");
    const upload = await client.ask("POST", "/v2/app/blobs/uploads/", { token });
    await client.ask("PATCH", upload.headers.get("location") ?? "", { token, body: Buffer.alloc(1 << 20, "x") });
    let pushing = true;
    const pusher = (async () => {
      for (let count = 0; pushing; count++) {
        try {
          const { status } = await push(client, token, "app", `v${count}`, image(`layer ${count} ${"y".repeat(50_000)}`));
          if (status === 201) acknowledged.push(`v${count}`);
        } catch {
          // The cloud went away in the middle of this one.
          return;
        }
      }
    })();
    await until(
      async () => acknowledged.length,
      (count) => count >= 5,
    );
    kill(first);
    pushing = false;
    await pusher;
  }

  const second = await start(false);
  await using client = registryClient(second.rehearsal.cloud, login);
  const token = await client.tokenFor(await entra(second), "repository:app:pull,push");
  for (const tag of acknowledged) {
    const { layers } = (await client.ask("GET", `/v2/app/manifests/${tag}`, { token })).json as {
      layers: { digest: string; size: number }[];
    };
    const layer = await client.ask("GET", `/v2/app/blobs/${layers[0]?.digest}`, { token });
    expect(`${tag} ${digestOf(layer.text)}`).toBe(`${tag} ${layers[0]?.digest}`);
  }
  const folder = join(state.cloud, "files", "registry", "acrcrash");
  expect([existsSync(join(folder, "blobs")), existsSync(join(folder, "uploads"))]).toEqual([true, false]);
});
