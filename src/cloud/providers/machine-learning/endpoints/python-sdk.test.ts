import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { textAt } from "../../common/body.ts";
import { STUMP, startWorld, type World } from "./testing.ts";

/** A Python with the package `azure-ai-ml`; without one this test is skipped and says so in its name. */
const PYTHON = process.env.QUAYSIDE_AZURE_ML_PYTHON ?? "";
const SCRIPT = fileURLToPath(new URL("../../../../../test/conformance/azure_ml_endpoints.py", import.meta.url));

test.skipIf(!existsSync(PYTHON))(
  "Azure ML's Python client creates, deploys, collects, routes, invokes and deletes (needs QUAYSIDE_AZURE_ML_PYTHON)",
  { timeout: 240_000 },
  async () => {
    await using world = await startWorld();
    const { cloud, stateDir } = world.test;
    const model = join(stateDir, "client-model");
    await mkdir(model);
    await writeFile(join(model, "model.onnx"), STUMP);
    const request = join(stateDir, "request.json");
    await writeFile(request, JSON.stringify({ data: [[0.9, 0]] }));
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: stateDir,
        SUBSCRIPTION: cloud.subscriptionId,
        TENANT: cloud.tenantId,
        CLIENT_ID: cloud.credentials.clientId,
        CLIENT_SECRET: cloud.credentials.clientSecret.reveal(),
        AUTHORITY: cloud.endpoints.arm,
        MODEL: model,
        REQUEST: request,
        ARM_CLOUD_METADATA_URL: `${cloud.endpoints.arm}/metadata/endpoints?api-version=2019-05-01`,
        AZUREML_CURRENT_CLOUD: await cloudName(world),
        REQUESTS_CA_BUNDLE: cloud.caFile,
        SSL_CERT_FILE: cloud.caFile,
        HTTPS_PROXY: cloud.proxy,
        NO_PROXY: "localhost,127.0.0.1",
        AZURE_TELEMETRY_DISABLED: "true",
      },
    });
    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
      endpoint: ["ep-python", "Succeeded", "key", {}],
      deployment: ["blue", "Succeeded", 3000],
      collects: { model_inputs: "true", request: "true", response: "false" },
      collectedAt: "workspaceblobstore/paths/modelDataCollector/ep-python/blue/model_inputs",
      traffic: { blue: 100 },
      invoked: ["high"],
      pinned: ["high"],
      keys: true,
      logs: true,
      scaled: 2,
      models: ["1"],
      downloaded: true,
      environments: ["serve"],
      listed: ["blue"],
      badTraffic: "BadArgument",
      left: [],
    });
    expect(await collected(world)).toEqual(["model_inputs", "request"]);
  },
);

/** The name under which the cloud's metadata describes it. */
async function cloudName(world: World): Promise<string> {
  const { body } = await world.test.ask("GET", "/metadata/endpoints?api-version=2019-05-01", { apiVersion: null, token: null });
  return (Array.isArray(body) ? textAt(body[0], "name") : undefined) ?? "";
}

/** The collections that something was written to. */
async function collected({ test: { host }, workspace }: World): Promise<string[]> {
  const id = textAt(host.resources.get(workspace)?.properties, "workspaceId") ?? "";
  const at = { account: "stworld", container: `azureml-blobstore-${id}`, path: "modelDataCollector/ep-python/blue" };
  const blobs = await createBlobAccess(host).list(at);
  return [...new Set(blobs.filter(({ bytes }) => bytes > 0).map(({ path }) => path.split("/")[0] ?? ""))].sort();
}
