import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { Resource } from "../../../contract.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { type Answer, startTestCloud, type TestCloud, type TestCloudOptions } from "../../../testing.ts";
import { textAt } from "../../common/body.ts";
import { createStorage } from "../../storage/index.ts";
import { createMachineLearning } from "../index.ts";
import { setUpWorkspace } from "../workspace-setup.ts";

const executable = (name: string) => fileURLToPath(new URL(`../../../../serve/${name}`, import.meta.url));

/** The real model server and router. */
export const RUNTIME = {
  modelServer: [process.execPath, executable("server-main.ts")],
  router: [process.execPath, executable("router-main.ts")],
  environmentRoot: process.cwd(),
};

/** One decision on the first of two features: above 0.5 is `high`. ONNX, opset ai.onnx.ml 2. */
export const STUMP = Buffer.from(
  "CAgSCHF1YXlzaWRlOsAECt8DCgFYEgVsYWJlbBINcHJvYmFiaWxpdGllcxocVHJlZUVuc2VtYmxlQ2xhc3NpZmllci1sYWJlbCIWVHJlZUVuc2VtYmxlQ2xhc3NpZmllcioXCg1ub2Rlc190cmVlaWRzQgMAAACgAQcqFwoNbm9kZXNfbm9kZWlkc0IDAAECoAEHKigKC25vZGVzX21vZGVzSgpCUkFOQ0hfTEVRSgRMRUFGSgRMRUFGoAEIKhoKEG5vZGVzX2ZlYXR1cmVpZHNCAwAAAKABByofCgxub2Rlc192YWx1ZXM6DAAAAD8AAAAAAAAAAKABBiobChFub2Rlc190cnVlbm9kZWlkc0IDAQAAoAEHKhwKEm5vZGVzX2ZhbHNlbm9kZWlkc0IDAgAAoAEHKhgKDWNsYXNzX3RyZWVpZHNCBAAAAACgAQcqGAoNY2xhc3Nfbm9kZWlkc0IEAQECAqABByoUCgljbGFzc19pZHNCBAABAAGgAQcqJAoNY2xhc3Nfd2VpZ2h0czoQAACAPwAAAAAAAAAAAACAP6ABBiojChNjbGFzc2xhYmVsc19zdHJpbmdzSgNsb3dKBGhpZ2igAQgqGQoOcG9zdF90cmFuc2Zvcm0iBE5PTkWgAQM6CmFpLm9ubngubWwSBXN0dW1wWhcKAVgSEgoQCAESDAoGEgRyb3dzCgIIAmIXCgVsYWJlbBIOCgwICBIICgYSBHJvd3NiIwoNcHJvYmFiaWxpdGllcxISChAIARIMCgYSBHJvd3MKAggCQgIQD0IOCgphaS5vbm54Lm1sEAI=",
  "base64",
);

export const REGION = "eastus";
export const PROVIDERS = [createStorage, createMachineLearning];

/** What endpoints stand on. */
export interface Furnished {
  /** The workspace's id. */
  readonly workspace: string;
  /** Uploads these files and registers them; gives the version's id. */
  model(name: string, version: string, files: Readonly<Record<string, Buffer | string>>): Promise<string>;
  /** Registers an environment with this image and quayside-serve's routes; gives the version's id. */
  environment(
    name: string,
    image: string,
    routes?: Partial<Record<"liveness" | "readiness" | "scoring", string>>,
  ): Promise<string>;
}

/** A cloud with one furnished workspace, for tests of endpoints and of MLflow. */
export interface World extends Furnished, AsyncDisposable {
  readonly test: TestCloud;
  endpoint(name: string, properties?: JsonObject, more?: JsonObject): Promise<JsonObject>;
  /** PUTs a deployment of the stump model in the standard environment unless told otherwise; gives the operation's end. */
  deploy(endpoint: string, name: string, properties?: JsonObject, more?: JsonObject): Promise<Answer>;
  traffic(endpoint: string, traffic: JsonObject): Promise<Answer>;
  score(endpoint: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
}

/** A workspace `mlw` with its storage account and the attached cluster `k8s` in a resource group; what is there stays. */
export async function furnish(test: TestCloud, group: string, account: string): Promise<Furnished> {
  const storage = `${group}/providers/Microsoft.Storage/storageAccounts/${account}`;
  await test.put(storage, { location: REGION, kind: "StorageV2", sku: { name: "Standard_LRS" }, properties: {} });
  const workspace = `${group}/providers/Microsoft.MachineLearningServices/workspaces/mlw`;
  if (test.host.resources.get(workspace) === undefined) {
    saved(test, workspace, "Microsoft.MachineLearningServices/workspaces", {
      storageAccount: storage,
      workspaceId: test.host.newGuid(),
    });
    await setUpWorkspace(test.host, required(test, workspace));
    saved(test, `${workspace}/computes/k8s`, "Microsoft.MachineLearningServices/workspaces/computes", {
      computeType: "Kubernetes",
      resourceId: `${group}/providers/Microsoft.ContainerService/managedClusters/aks`,
      properties: {
        namespace: "azureml",
        defaultInstanceType: "defaultinstancetype",
        instanceTypes: { big: { resources: { requests: { cpu: "4" } } } },
      },
    });
  }
  return {
    workspace,
    model: async (name, version, files) => {
      const access = createBlobAccess(test.host);
      for (const [path, data] of Object.entries(files))
        await access.write({ account, container: "azureml", path: `m/${name}/${version}/${path}` }, data);
      const modelUri = `azureml://datastores/workspaceartifactstore/paths/m/${name}/${version}`;
      const id = `${workspace}/models/${name}/versions/${version}`;
      await test.put(id, { properties: { modelUri, modelType: "custom_model" } });
      return id;
    },
    environment: async (name, image, routes = {}) => {
      const id = `${workspace}/environments/${name}/versions/1`;
      const route = (path: string) => ({ path, port: 5001 });
      const inferenceConfig = {
        livenessRoute: route(routes.liveness ?? "/v2/health/live"),
        readinessRoute: route(routes.readiness ?? "/v2/health/ready"),
        scoringRoute: route(routes.scoring ?? "/score"),
      };
      await test.put(id, { properties: { image, inferenceConfig } });
      return id;
    },
  };
}

export async function startWorld(options: TestCloudOptions = {}): Promise<World> {
  const test = await startTestCloud({ runtime: RUNTIME, providers: PROVIDERS, ...options });
  const furnished = await furnish(test, await test.group("rg", REGION), "stworld");
  const { workspace } = furnished;
  const world: World = {
    ...furnished,
    test,
    endpoint: (name, properties = {}, more = {}) =>
      test.put(`${workspace}/onlineEndpoints/${name}`, {
        location: REGION,
        identity: { type: "SystemAssigned" },
        ...more,
        properties: { authMode: "Key", compute: `${workspace}/computes/k8s`, ...properties },
      }),
    deploy: async (endpoint, name, properties = {}, more = {}) => {
      const model = `${workspace}/models/stump/versions/1`;
      if (properties.model === undefined && test.host.resources.get(model) === undefined)
        await world.model("stump", "1", { "model.onnx": STUMP });
      const environmentId = `${workspace}/environments/serve/versions/1`;
      if (test.host.resources.get(environmentId) === undefined) await world.environment("serve", "quayside-serve:0.1.0");
      const body = {
        location: REGION,
        ...more,
        properties: { endpointComputeType: "Kubernetes", model, environmentId, ...properties },
      };
      return await test.settle(await test.ask("PUT", `${workspace}/onlineEndpoints/${endpoint}/deployments/${name}`, { body }));
    },
    traffic: async (endpoint, traffic) => {
      const id = `${workspace}/onlineEndpoints/${endpoint}`;
      const { json } = await test.ask("GET", id);
      const properties = isObject(json.properties) ? json.properties : {};
      const body = { ...json, properties: { ...properties, traffic } };
      return await test.settle(await test.ask("PUT", id, { body }));
    },
    score: async (endpoint, headers = {}) => {
      const id = `${workspace}/onlineEndpoints/${endpoint}`;
      const { properties } = (await test.ask("GET", id)).json;
      const keys = await test.ask("POST", `${id}/listKeys`);
      return await fetch(textAt(properties, "scoringUri") ?? "", {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${textAt(keys.json, "primaryKey")}`, ...headers },
        body: JSON.stringify({ data: [[0.9, 0]] }),
      });
    },
    [Symbol.asyncDispose]: () => test.close(),
  };
  return world;
}

function saved(test: TestCloud, id: string, type: string, properties: JsonObject): void {
  test.host.resources.save({
    id,
    name: id.split("/").at(-1) ?? "",
    type,
    location: REGION,
    systemData: { createdAt: new Date(0).toISOString() },
    properties: { ...properties, provisioningState: "Succeeded" },
  });
}

function required(test: TestCloud, id: string): Resource {
  const resource = test.host.resources.get(id);
  if (resource === undefined) throw new Error(`${id} was not saved`);
  return resource;
}

/** Process ids of the model servers of a model. */
export function serversOf(model: string): Promise<number[]> {
  return processes((_parent, line) => line.includes(`--name ${model} `));
}

/** Processes that this very process started and whose command line holds the text. */
export function childrenRunning(text: string): Promise<number[]> {
  return processes((parent, line) => parent === process.pid && line.includes(text));
}

async function processes(wanted: (parent: number, line: string) => boolean): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axo", "pid=,ppid=,args="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid = 0, parent = 0] = line.trim().split(/\s+/, 2).map(Number);
    return wanted(parent, line) ? [pid] : [];
  });
}

/** Looks again and again for ten seconds: what is waited for happens in another process. */
export async function eventually<T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> {
  let seen = await look();
  for (let polls = 0; polls < 200 && !good(seen); polls++) {
    await sleep(50);
    seen = await look();
  }
  return seen;
}
