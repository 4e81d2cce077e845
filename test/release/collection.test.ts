import { afterAll, beforeAll, expect, test } from "vitest";
import { putDeployment } from "../../src/arm/index.ts";
import { ML_API_VERSION } from "../../src/arm/machine-learning/workspace.ts";
import { createBlobAccess } from "../../src/cloud/planes/blob/index.ts";
import { textAt } from "../../src/cloud/providers/common/body.ts";
import { eventually } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
import { onlineDeployment } from "../../src/mlops/files/endpoint.ts";
import { defineDeployment, taggedFor } from "../../src/mlops/release/definition.ts";
import { ensureEndpoint } from "../../src/mlops/release/deploy.ts";
import { contextOf, planOf, type ReleaseWorld, startReleaseWorld } from "../support/release.ts";

let release: ReleaseWorld;
beforeAll(async () => {
  release = await startReleaseWorld();
});
afterAll(() => release[Symbol.asyncDispose]());

function planWith(endpoint: string, data_collector: object, environment_variables: object) {
  const plan = planOf(endpoint);
  const deployment = { name: "blue", model: "azureml:stump@latest", environment: "azureml:serve:1" };
  return {
    ...plan,
    deployment: { ...plan.deployment, value: onlineDeployment.parse({ ...deployment, data_collector, environment_variables }) },
  };
}

async function deployed(endpoint: string, data_collector: object, environment: object = {}) {
  const plan = planWith(endpoint, data_collector, environment);
  const made = await ensureEndpoint(release.workspace, plan, contextOf());
  const definition = await defineDeployment(release.workspace, plan, made, "green", await release.model("1"), contextOf());
  return await putDeployment(release.workspace, made.name, "green", taggedFor(definition, "r"));
}

/** The one file of what deployments collected below `path`, once it holds something. */
async function collected(path: string): Promise<{ readonly path: string; readonly text: string }> {
  const { host } = release.world.test;
  const container = `azureml-blobstore-${textAt(host.resources.get(release.workspace.id)?.properties, "workspaceId")}`;
  const access = createBlobAccess(host);
  const at = { account: "stworld", container, path };
  const [file, ...more] = await eventually(
    () => access.list(at),
    (items) => items.some(({ bytes }) => bytes > 0),
  );
  if (file === undefined || more.length > 0) throw new Error(`${path} has ${more.length + 1} files`);
  return { path: file.path, text: String(await access.read({ ...at, path: `${path}/${file.path}` })) };
}

const asset = (name: string) => release.workspace.client.find(`${release.workspace.id}/data/${name}`, ML_API_VERSION);

test("data_collector of deployment.yml collects where the data assets are that monitors look for", async () => {
  const deployment = await deployed("ep-yaml", {
    collections: {
      model_inputs: { enabled: "True" },
      model_outputs: { enabled: "false" },
      request: { enabled: "true", data: { name: "raw", version: 2, path: "azureml://datastores/workspaceblobstore/paths/raw" } },
    },
  });
  await release.world.traffic("ep-yaml", { green: 100 });
  expect((await release.world.score("ep-yaml")).status).toBe(200);

  expect(deployment).toMatchObject({ state: "Succeeded", collects: true });
  const inputs = await asset("ep-yaml-green-model_inputs/versions/1");
  expect(inputs?.properties).toMatchObject({
    dataType: "uri_folder",
    dataUri: expect.stringMatching(/\/datastores\/workspaceblobstore\/paths\/modelDataCollector\/ep-yaml\/green\/model_inputs$/),
  });
  expect(await asset("ep-yaml-green-model_outputs/versions/1")).toBeUndefined();
  for (const path of ["modelDataCollector/ep-yaml/green/model_inputs", "raw"])
    expect((await collected(path)).path).toMatch(/^\d{4}\/\d\d\/\d\d\/\d\d\/.*\.jsonl$/);
});

test("columns that are to be left out never reach the store, and a name that is no column's fails the deployment", async () => {
  const collections = {
    model_inputs: { enabled: true, data: { path: "azureml://datastores/workspaceblobstore/paths/dropped" } },
  };
  await deployed("ep-drop", { collections }, { QUAYSIDE_COLLECT_DROP: "X_1" });
  await release.world.traffic("ep-drop", { green: 100 });
  expect((await release.world.score("ep-drop")).status).toBe(200);

  const { text } = await collected("dropped");
  const slip = deployed("ep-slip", { collections }, { QUAYSIDE_COLLECT_DROP: "X_7" });

  expect((JSON.parse(text) as { data: object[] }).data).toEqual([
    { quayside_row_id: expect.any(String), X_0: expect.any(Number) },
  ]);
  await expect(slip).rejects.toThrow(/column X_7 is to be left out of what is collected, and model "stump" has no such column/);
});

test("deploying again finds the assets; one that is somewhere else is not taken for it", async () => {
  const at = (path: string) => ({
    collections: {
      model_inputs: { enabled: true, data: { name: "kept", path: `azureml://datastores/workspaceblobstore/paths/${path}` } },
    },
  });
  await deployed("ep-again", at("one"));

  expect(await deployed("ep-again", at("one/"))).toMatchObject({ state: "Succeeded" });
  await expect(deployed("ep-again", at("two"))).rejects.toMatchObject({
    code: "arm.data-elsewhere",
    message: expect.stringMatching(/^data asset kept:1 is .*paths\/one, not .*paths\/two/),
  });
});
