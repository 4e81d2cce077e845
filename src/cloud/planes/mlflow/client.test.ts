import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startWorld } from "../../providers/machine-learning/endpoints/testing.ts";

/** A Python with the package `mlflow`; without one this test is skipped and says so in its name. */
const PYTHON = process.env.QUAYSIDE_MLFLOW_PYTHON ?? "";
/** What the client makes of the empty answer (azure-sdk-for-python#44896). */
const EMPTY_404 = "failed with error code 404 != 200. Response body: ''";
const SCRIPT = fileURLToPath(new URL("../../../../test/conformance/mlflow_client.py", import.meta.url));

test.skipIf(!existsSync(PYTHON))(
  "MLflow's own Python client tracks, searches, uploads and registers (needs QUAYSIDE_MLFLOW_PYTHON)",
  { timeout: 120_000 },
  async () => {
    await using world = await startWorld();
    const { cloud } = world.test;
    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: world.test.stateDir,
        MLFLOW_TRACKING_URI: `${cloud.endpoints.arm}/mlflow/v1.0${world.workspace}`,
        MLFLOW_TRACKING_TOKEN: await world.test.token(),
        REQUESTS_CA_BUNDLE: cloud.caFile,
        MLFLOW_DISABLE_TELEMETRY: "true",
        DO_NOT_TRACK: "true",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES: "0",
      },
    });
    const seen = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
    expect(seen).toMatchObject({
      run: {
        name: "first",
        status: "FINISHED",
        params: { trees: "5" },
        accuracy: 0.9,
        lossIsNaN: true,
        team: "blue",
        history: [
          [1, 0.5],
          [2, 0.9],
        ],
      },
      paramIsImmutable: "INVALID_PARAMETER_VALUE",
      sameParamAgain: null,
      artifacts: ["model", "notes"],
      nested: [["weights/a.txt", false, 3]],
      text: "hello",
      best: ["first"],
      byParam: ["first"],
      ordered: ["second", "first"],
      pages: 2,
      badFilter: "INVALID_PARAMETER_VALUE",
      experiments: ["flowers"],
      deleted: ["second"],
      version: ["1", "None", "READY", true, { by: "test" }],
      alias: "1",
      production: ["1"],
      second: "2",
      models: ["iris"],
      downloaded: "abc",
      missingModel: "RESOURCE_DOES_NOT_EXIST",
      missingFiles: "RESOURCE_DOES_NOT_EXIST",
      aliasGone: "INVALID_PARAMETER_VALUE",
      left: ["1"],
    });
    expect(seen.versions).toHaveLength(2);
    // A client before 2.19 does not ask.
    expect(seen.loggedModels ?? EMPTY_404).toContain(EMPTY_404);
    const version = (await world.test.ask("GET", `${world.workspace}/models/iris/versions/1`)).json;
    expect(version.properties).toMatchObject({ modelType: "mlflow_model", stage: "Production", tags: { by: "test" } });
  },
);
