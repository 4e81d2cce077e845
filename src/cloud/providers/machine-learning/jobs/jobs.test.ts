import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JsonObject } from "../../../../base/index.ts";
import { createBlobAccess } from "../../../planes/blob/index.ts";
import { getRun } from "../../../planes/mlflow/runs.ts";
import { startWorkspace, type WorkspaceFixture } from "../fixture.ts";
import { isRunning, type JobFixture, jobFixture } from "../job-fixture.ts";
import { requireWorkspace } from "../workspace-of.ts";

let fixture: WorkspaceFixture;
let jobs: JobFixture;
let environmentRoot: string;

beforeAll(async () => {
  environmentRoot = mkdtempSync(join(tmpdir(), "quayside-image-"));
  const library = join(environmentRoot, "node_modules", "in-the-image");
  mkdirSync(library, { recursive: true });
  writeFileSync(join(library, "index.js"), "module.exports = 'from the image';");
  fixture = await startWorkspace({ cloud: { runtime: { modelServer: [], router: [], environmentRoot } } });
  jobs = jobFixture(fixture);
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  rmSync(environmentRoot, { recursive: true, force: true });
});

const properties = (job: JsonObject) => job.properties as JsonObject;
const statusOf = (job: JsonObject) => properties(job).status;

test("a job runs its code with its inputs, and its outputs and log are in blob storage", async () => {
  const { test: cloud, workspace } = fixture;
  const blobs = createBlobAccess(cloud.host);
  const data = { account: "stfixture", container: "azureml", path: "training/iris.csv" };
  await blobs.write(data, "5.1,3.5\n");
  const dataId = `${workspace}/data/iris/versions/1`;
  const uri = "azureml://datastores/workspaceartifactstore/paths/training/iris.csv";
  await cloud.ask("PUT", dataId, { body: { properties: { dataType: "uri_file", dataUri: uri } } });
  const codeId = await jobs.code({
    "train.ts": `
      import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
      import image from "in-the-image";
      const [data, model, rate]: string[] = process.argv.slice(2);
      console.log("rows", readFileSync(data, "utf8").trim(), "rate", rate, image, process.env.GREETING);
      writeFileSync(model + "/model.txt", "trained");
      mkdirSync("outputs"); writeFileSync("outputs/report.txt", "fine");`,
  });

  const submitted = await jobs.submit("train-1", {
    codeId,
    command: "node train.ts ${{inputs.data}} ${{outputs.model}} ${{inputs.rate}}",
    environmentVariables: { GREETING: "hello" },
    inputs: {
      data: { jobInputType: "uri_file", uri: dataId, mode: "Download" },
      rate: { jobInputType: "literal", value: "0.1" },
    },
    outputs: { model: { jobOutputType: "custom_model", assetName: "iris" } },
  });
  const job = await jobs.until("train-1");

  expect(statusOf(submitted)).toBe("NotStarted");
  expect([statusOf(job), await jobs.log("train-1")]).toEqual(["Completed", "rows 5.1,3.5 rate 0.1 from the image hello\n"]);
  const output = (properties(job).outputs as Record<string, JsonObject>).model?.uri;
  expect(output).toBe("azureml://datastores/workspaceblobstore/paths/azureml/train-1/model/");
  const model = await cloud.ask("GET", `${workspace}/models/iris/versions/1`);
  expect(model.json.properties).toMatchObject({
    modelUri: "azureml://jobs/train-1/outputs/model",
    jobName: "train-1",
    flavors: {},
  });
  const artifacts = await blobs.list({ account: "stfixture", container: "azureml", path: "ExperimentRun/dcid.train-1" });
  expect(artifacts.map(({ path }) => path)).toEqual(["outputs/report.txt", "user_logs/std_log.txt"]);
  expect(getRun(cloud.host, requireWorkspace(cloud.host, workspace), "train-1").status).toBe("FINISHED");
});

test("a job sees Azure ML's variables and nothing else of this machine", async () => {
  process.env.SECRET_OF_THIS_MACHINE = "x";

  await jobs.submit("env-1", { command: "env", experimentName: "exp" });
  await jobs.until("env-1");

  const log = await jobs.log("env-1");
  const names = log.split("\n").map((line) => line.split("=")[0] ?? "");
  expect(names).toEqual(
    expect.arrayContaining([
      "MLFLOW_TRACKING_URI",
      "MLFLOW_RUN_ID",
      "MLFLOW_TRACKING_TOKEN",
      "AZUREML_RUN_ID",
      "NODE_EXTRA_CA_CERTS",
      "PATH",
    ]),
  );
  expect(log).toContain(`MLFLOW_TRACKING_URI=${fixture.test.cloud.endpoints.arm}/mlflow/v1.0${fixture.workspace}`);
  expect(log).toContain("MLFLOW_EXPERIMENT_NAME=exp");
  const known =
    /^(MLFLOW_|AZUREML_|AZURE_ML_|PATH$|HOME$|LANG$|TMPDIR$|NODE_|SSL_CERT_FILE$|REQUESTS_CA_BUNDLE$|HTTPS_PROXY$|NO_PROXY$|PWD$|OLDPWD$|SHLVL$|_$|$)/;
  expect(names.filter((name) => !known.test(name))).toEqual([]);
});

test("a job can log to the tracking server with its token", async () => {
  const codeId = await jobs.code({
    "log.mjs": `
      const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
      const body = JSON.stringify({ run_id, key: "accuracy", value: 0.97, timestamp: Date.now(), step: 0 });
      const answer = await fetch(uri + "/api/2.0/mlflow/runs/log-metric", { method: "POST", body, headers: { authorization: "Bearer " + token, "content-type": "application/json" } });
      console.log(answer.status);`,
  });

  await jobs.submit("metric-1", { codeId, command: "node log.mjs" });
  await jobs.until("metric-1");

  expect(await jobs.log("metric-1")).toBe("200\n");
  const run = getRun(fixture.test.host, requireWorkspace(fixture.test.host, fixture.workspace), "metric-1");
  expect(run.metrics.accuracy?.value).toBe(0.97);
});

test("a command that exits with another code than 0 fails the job and says what it printed last", async () => {
  await jobs.submit("fails-1", { command: "echo about to fail; exit 3" });

  const job = await jobs.until("fails-1");
  const details = await jobs.details("fails-1");

  expect(statusOf(job)).toBe("Failed");
  expect(details).toMatchObject({
    status: "Failed",
    properties: { exitCode: "3" },
    error: { error: { code: "UserError", message: "the command exited with code 3; its last lines were:\nabout to fail" } },
  });
  expect(getRun(fixture.test.host, requireWorkspace(fixture.test.host, fixture.workspace), "fails-1").status).toBe("FAILED");
});

test("the log grows while the job runs, and cancelling ends the whole process group", async () => {
  await jobs.submit("cancel-1", { command: "sleep 300 & echo $!; sleep 300" });
  await jobs.until("cancel-1", "Running");
  let log = "";
  for (let poll = 0; log === "" && poll < 200; poll++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    log = await jobs.log("cancel-1");
  }

  const answer = await fixture.test.ask("POST", `${fixture.workspace}/jobs/cancel-1/cancel`);
  await fixture.test.settle(answer);

  expect(answer.status).toBe(202);
  expect(statusOf(await jobs.until("cancel-1"))).toBe("Canceled");
  await vi.waitFor(() => expect(isRunning(Number(log))).toBe(false));
});

test("a job that runs longer than its limit is ended and fails", async () => {
  await jobs.submit("slow-1", { command: "sleep 300", limits: { jobLimitsType: "Command", timeout: "PT0.2S" } });

  expect(statusOf(await jobs.until("slow-1"))).toBe("Failed");
  expect((await jobs.details("slow-1")).error).toMatchObject({ error: { code: "JobTimedOut" } });
});

test("a compute runs as many jobs at once as it has nodes; the next one waits and can be cancelled", async () => {
  for (const name of ["wait-1", "wait-2", "wait-3"]) await jobs.submit(name, { command: "sleep 300" });
  await jobs.until("wait-1", "Running");
  await jobs.until("wait-2", "Running");

  const third = (await fixture.test.ask("GET", `${fixture.workspace}/jobs/wait-3`)).json;
  for (const name of ["wait-3", "wait-1", "wait-2"])
    await fixture.test.settle(await fixture.test.ask("POST", `${fixture.workspace}/jobs/${name}/cancel`));

  expect(statusOf(third)).toBe("Queued");
  expect(statusOf(await jobs.until("wait-3"))).toBe("Canceled");
});

test("an input that is not there fails the job with Azure ML's code", async () => {
  await jobs.submit("input-1", {
    command: "cat ${{inputs.data}}",
    inputs: { data: { jobInputType: "uri_file", uri: "azureml://datastores/workspaceblobstore/paths/nowhere.csv" } },
  });

  expect(statusOf(await jobs.until("input-1"))).toBe("Failed");
  expect((await jobs.details("input-1")).error).toMatchObject({ error: { code: "ScriptExecution.StreamAccess.NotFound" } });
});

test.each([
  ["a sweep", { jobType: "Sweep" }, "Sweep jobs"],
  ["a pipeline", { jobType: "Pipeline" }, "Pipeline jobs"],
  ["a distributed job", { distribution: { distributionType: "PyTorch" } }, "distribution"],
  ["a member that is not known", { autologgerSettings: { mlflowAutologger: "Enabled" } }, "properties.autologgerSettings"],
  ["a variable that is no text", { environmentVariables: { SEED: 1 } }, "environmentVariables.SEED"],
  ["an unknown compute", { computeId: "computes/none" }, "properties.computeId"],
  ["an unknown environment", { environmentId: "environments/none/versions/1" }, "properties.environmentId"],
  ["unknown code", { codeId: "codes/none/versions/1" }, "properties.codeId"],
  ["an unknown input in the command", { command: "echo ${{inputs.nothing}}" }, "${{inputs.nothing}}"],
  ["an empty literal", { inputs: { rate: { jobInputType: "literal", value: "" } } }, "inputs.rate"],
  ["an output whose name is a path", { outputs: { "../../x": { jobOutputType: "uri_folder" } } }, "outputs.../../x"],
  ["a limit that is no duration", { limits: { timeout: "1h" } }, "limits.timeout"],
  ["no command", { command: "" }, "properties.command"],
])("%s is refused when it is submitted", async (_title, change, words) => {
  const { test: cloud, workspace, compute } = fixture;
  const environmentId = await jobs.environment();
  const body = {
    properties: { jobType: "Command", computeId: compute, environmentId, command: "true", ...change } as JsonObject,
  };

  const answer = await cloud.ask("PUT", `${workspace}/jobs/refused`, { body });

  expect(answer.status).toBe(400);
  expect(JSON.stringify(answer.body).replaceAll("\\", "")).toContain(words);
});

test("a job keeps what it was submitted with, and can be archived", async () => {
  const { test: cloud, workspace, compute } = fixture;
  await jobs.submit("done-1", { command: "true" });
  const job = await jobs.until("done-1");

  const other = await cloud.ask("PUT", `${workspace}/jobs/done-1`, {
    body: { properties: { ...properties(job), command: "false" } },
  });
  const archived = await cloud.ask("PUT", `${workspace}/jobs/done-1`, {
    body: { properties: { ...properties(job), isArchived: true } },
  });
  const listed = (await cloud.ask("GET", `${workspace}/jobs`)).json.value as { name: string }[];

  expect([other.status, other.code]).toEqual([400, "UserError"]);
  expect(archived.status).toBe(200);
  expect(properties(archived.json)).toMatchObject({ status: "Completed", isArchived: true, computeId: compute });
  expect(listed.map(({ name }) => name)).not.toContain("done-1");
});

test("the run history is closed to tokens without a role, and to none at all", async () => {
  const path = `/history/v1.0${fixture.workspace}/runs/train-1/details`;

  const none = await fixture.test.ask("GET", path, { token: null });
  const missing = await fixture.test.ask("GET", `/history/v1.0${fixture.workspace}/runs/nothing/details`);

  expect(none.status).toBe(401);
  expect(missing.status).toBe(404);
});

test("deleting the resource group ends the jobs of its workspaces", async () => {
  await using other = await startWorkspace();
  const its = jobFixture(other);
  await its.submit("running", { command: "echo $$; sleep 300" });
  await vi.waitFor(async () => expect(await its.log("running")).toMatch(/\n$/), { timeout: 10_000 });
  const pid = Number(await its.log("running"));
  expect(isRunning(pid)).toBe(true);

  await other.test.settle(await other.test.ask("DELETE", other.group));

  await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  expect((await other.test.ask("GET", other.workspace)).status).toBe(404);
});
