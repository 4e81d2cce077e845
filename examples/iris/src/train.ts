import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Dataset, parseDataset, type Row, splitHoldout } from "./data.ts";
import { trainForest } from "./forest.ts";
import { forestToOnnx } from "./forest-onnx.ts";
import { measure } from "./measure.ts";
import { currentRun } from "./mlflow.ts";
import { checkParity, runOnnx } from "./parity.ts";

/** What a run of this file was asked to do. */
interface Settings {
  readonly data: string;
  readonly model: string;
  readonly seed: number;
  readonly trees: number;
  readonly maxDepth: number;
  readonly maxFeatures: number;
  readonly holdoutShare: number;
}

try {
  await train(readSettings());
} catch (cause) {
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
}

async function train(settings: Settings): Promise<void> {
  const dataset = parseDataset(await readFile(settings.data));
  const { training, holdout } = splitHoldout(dataset, settings.holdoutShare);
  if (holdout.length === 0)
    throw new Error(`--holdout-share ${settings.holdoutShare} of ${dataset.rows.length} rows leaves none to judge the model on`);
  console.log(`data ${dataset.sha256.slice(0, 12)}: ${training.length} rows to train on, ${holdout.length} held out`);

  const { trees, seed, maxDepth, maxFeatures } = settings;
  if (maxFeatures > dataset.columns.length)
    throw new Error(`--max-features is ${maxFeatures}; the data has ${dataset.columns.length} features`);
  const forest = trainForest(
    training.map(({ features }) => features),
    training.map(({ label }) => dataset.classes.indexOf(label)),
    { trees, seed, maxDepth, maxFeatures },
  );
  const model = forestToOnnx(forest.trees, dataset.columns.length, dataset.classes);
  const parity = await checkParity(model, forest, dataset);
  console.log(
    `the written model agrees with the library on ${parity.rows} rows (largest difference ${parity.maxDifference.toExponential(1)})`,
  );

  const judged = await judge(model, holdout);
  const metrics = measure(judged, dataset.classes);
  console.log(
    `held out: accuracy ${metrics.accuracy.toFixed(4)}, macro F1 ${metrics.macro_f1.toFixed(4)}, log loss ${metrics.log_loss.toFixed(4)}`,
  );

  await mkdir(settings.model, { recursive: true });
  await writeFile(join(settings.model, "model.onnx"), model);
  const parameters = { seed, trees, max_depth: maxDepth, max_features: maxFeatures, holdout_share: settings.holdoutShare };
  await writeJson(settings.model, "metrics.json", { ...metrics, n: holdout.length, data_sha256: dataset.sha256, ...parameters });
  await writeJson(settings.model, "holdout-predictions.json", { data_sha256: dataset.sha256, rows: judged });
  await writeJson(settings.model, "signature.json", signature(dataset));

  const run = currentRun(process.env);
  await run?.log({ ...parameters, data_sha256: dataset.sha256, holdout_rows: holdout.length }, { ...metrics });
  console.log(run === undefined ? `wrote ${settings.model}` : `wrote ${settings.model} and logged the run`);
}

/** The model is judged as it was written, by the runtime that will serve it. */
async function judge(model: Uint8Array, rows: readonly Row[]) {
  const { labels, probabilities } = await runOnnx(
    model,
    rows.map(({ features }) => features),
  );
  return rows.map(({ id, label }, at) => ({
    id,
    truth: label,
    prediction: labels[at] ?? "",
    // 9 digits identify a 32-bit float.
    probabilities: (probabilities[at] ?? []).map((value) => Number(value.toPrecision(9))),
  }));
}

function signature({ columns, classes }: Dataset) {
  return {
    inputs: [{ name: "X", type: "float32", shape: [-1, columns.length], columns }],
    outputs: [
      { name: "label", type: "string", shape: [-1] },
      { name: "probabilities", type: "float32", shape: [-1, classes.length], classes },
    ],
  };
}

async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await writeFile(join(folder, name), `${JSON.stringify(value, undefined, 2)}\n`);
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      data: { type: "string" },
      model: { type: "string" },
      seed: { type: "string", default: "1" },
      trees: { type: "string", default: "64" },
      "max-depth": { type: "string", default: "8" },
      "max-features": { type: "string", default: "3" },
      "holdout-share": { type: "string", default: "0.3" },
    },
  });
  if (values.data === undefined || values.model === undefined) throw new Error("--data FILE and --model DIR are needed");
  return {
    data: values.data,
    model: values.model,
    // The library takes seeds of 32 bits.
    seed: numberOption("seed", values.seed, 0, 2 ** 31 - 1),
    trees: numberOption("trees", values.trees, 1, 10_000),
    maxDepth: numberOption("max-depth", values["max-depth"], 1, 64),
    maxFeatures: numberOption("max-features", values["max-features"], 1, 1000),
    holdoutShare: numberOption("holdout-share", values["holdout-share"], 0, 0.9, false),
  };
}

function numberOption(name: string, text: string, min: number, max: number, integer = true): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max) || (integer && !Number.isInteger(value))) {
    throw new Error(`--${name} is ${text}; ${integer ? "an integer" : "a number"} from ${min} to ${max} is needed`);
  }
  return value;
}
