import assert from "node:assert/strict";
import { join } from "node:path";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { startChild } from "../../src/serve/testing/child.ts";
import { LINEAR, modelFolder } from "../../src/serve/testing/models.ts";
import type { Tool } from "./install.ts";
import { type Stage, type Suite, start, succeeded } from "./suite.ts";

const LABELS = [0, 2];
const SIGNATURE = JSON.stringify({ inputs: [{ name: "X", columns: ["a", "b", "c", "d"] }] });

interface Answer {
  readonly label: readonly number[];
  readonly probabilities: readonly (readonly number[])[];
}

/** Runs a client's script against a model server of its own and gives the JSON object that the script printed. */
async function seenBy(stage: Stage, tool: Tool, script: string): Promise<Record<string, unknown>> {
  await using folder = await modelFolder(encodeModel(LINEAR), { "signature.json": SIGNATURE });
  await using server = startChild("server-main.ts", [folder.path, "--name", "m", "--version", "3"]);
  const { port } = await server.told("listening");
  await server.told("ready");
  const python = stage.tools[tool]?.program ?? "python3";
  const env = { QUAYSIDE_MODEL_SERVER: `127.0.0.1:${port}`, NO_PROXY: "127.0.0.1", no_proxy: "127.0.0.1" };
  const printed = succeeded(await start(python, [join(import.meta.dirname, script)], env));
  return JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
}

/** Triton's Python client over HTTP, with binary and JSON tensors. */
export const tritonSuite: Suite = {
  name: "serve-triton",
  needs: ["tritonclient"],
  async run(stage) {
    const seen = await seenBy(stage, "tritonclient", "serve_triton.py");
    await stage.check("sees the server and the model alive, ready and described", async () => {
      assert.deepEqual([seen.live, seen.ready, seen.modelReady], [true, true, true]);
      assert.deepEqual(seen.server, {
        ...(seen.server as object),
        name: "quayside",
        extensions: ["binary_tensor_data", "model_repository", "statistics"],
      });
      assert.equal((seen.model as { platform: string }).platform, "onnx_quayside");
    });
    await stage.check("gets the same answer through binary and JSON tensors, either way", async () => {
      const answers = Object.values(seen.answers as Record<string, Answer>);
      assert.equal(answers.length, 4);
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      assert.deepEqual(answers[0]?.label, LABELS);
    });
    await stage.check("gets its id, the version it names, packed requests and all outputs unasked", async () => {
      assert.deepEqual(
        [seen.id, seen.version, seen.gzip, seen.deflate, seen.allOutputs, seen.together],
        ["r-7", "3", true, true, true, 1],
      );
    });
    await stage.check("reads a refusal with its code", async () => {
      assert.deepEqual(seen.refused, ["400", 'serve.shape: input "X" has shape [1,3]; the model takes [-1, 4]']);
    });
    await stage.check("reads statistics, and unloads and loads the model", async () => {
      assert.ok((seen.statistics as number) > 100);
      assert.deepEqual(seen.index, [{ name: "m", version: "3", state: "READY", reason: "" }]);
      assert.deepEqual([seen.unloaded, seen.loaded], [[true, false, "UNAVAILABLE"], true]);
    });
  },
};

/** MLflow's own client of its scoring protocol. */
export const mlflowScoringSuite: Suite = {
  name: "serve-mlflow",
  needs: ["mlflow"],
  async run(stage) {
    const seen = await seenBy(stage, "mlflow", "serve_mlflow.py");
    await stage.check("gets the same predictions for frames in any order, lists, arrays and CSV", async () => {
      assert.deepEqual((seen.frame as Answer).label, LABELS);
      for (const form of ["reordered", "list", "array", "csv"]) assert.deepEqual(seen[form], seen.frame);
      assert.deepEqual(seen.asFrame, LABELS);
    });
    await stage.check("reads a refusal", async () => {
      assert.match(String(seen.refused), /error code 400.*BAD_REQUEST.*serve\.row-width/);
    });
  },
};

/** KServe's Python client, by its protocol versions 1 and 2. */
export const kserveSuite: Suite = {
  name: "serve-kserve",
  needs: ["kserve"],
  async run(stage) {
    const seen = await seenBy(stage, "kserve", "serve_kserve.py");
    await stage.check("sees the server and the model alive and ready by both versions", async () => {
      assert.deepEqual([seen.live, seen.ready, seen.modelReady, seen.oneReady], [true, true, true, true]);
    });
    await stage.check("gets the same answer by JSON and binary tensors and by version 1", async () => {
      assert.deepEqual((seen.json as Answer).label, LABELS);
      assert.deepEqual((seen.binary as Answer).label, LABELS);
      const { predictions } = seen.one as { readonly predictions: readonly { readonly label: number }[] };
      assert.deepEqual(
        predictions.map(({ label }) => label),
        LABELS,
      );
    });
  },
};
