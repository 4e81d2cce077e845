import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { ModelFault } from "../fault.ts";
import type { Evaluator } from "./evaluator.ts";
import { createOnnxEvaluator } from "./onnx-evaluator.ts";

/** A loaded model and what is known about it. */
export interface Model {
  readonly name: string;
  readonly version: string;
  readonly evaluator: Evaluator;
  /** Names of the columns of the one input, from `signature.json` beside the model. */
  readonly columns: readonly string[] | undefined;
}

/** What training leaves beside the model for callers: the order of columns and of the classes' probabilities. Other keys are allowed. */
const signatureSchema = z.looseObject({
  inputs: z.array(z.looseObject({ name: z.string(), columns: z.array(z.string()).optional() })),
});

const MAX_DEPTH = 4;

/** `place` is a model file or a folder that holds one; throws a `ModelFault` that says why it cannot be served. */
export async function loadModel(place: string, name: string, version: string): Promise<Model> {
  const file = await findModelFile(place);
  const evaluator = await createOnnxEvaluator(await readFile(file), file);
  return { name, version, evaluator, columns: await readColumns(join(dirname(file), "signature.json"), evaluator) };
}

async function findModelFile(place: string): Promise<string> {
  const found = await stat(place).catch((cause: unknown) => {
    throw new ModelFault("serve.model-missing", `${place} does not exist`, cause);
  });
  if (!found.isDirectory()) return place;
  const files = await onnxFiles(place, MAX_DEPTH);
  const chosen = files.length === 1 ? files[0] : files.find((file) => file === join(place, "model.onnx"));
  if (chosen !== undefined) return chosen;
  if (files.length === 0) throw new ModelFault("serve.model-missing", `${place} holds no .onnx file`);
  throw new ModelFault(
    "serve.model-ambiguous",
    `${place} holds ${files.length} .onnx files; name one of them or call it model.onnx`,
  );
}

async function onnxFiles(folder: string, depth: number): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 1) found.push(...(await onnxFiles(path, depth - 1)));
    else if (!entry.isDirectory() && entry.name.endsWith(".onnx")) found.push(path);
  }
  return found.sort();
}

async function readColumns(file: string, evaluator: Evaluator): Promise<readonly string[] | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = signatureSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ModelFault(
      "serve.signature-invalid",
      `${file} is not a signature: ${issue?.path.join(".") || "the file"}: ${issue?.message}`,
    );
  }
  const [input] = evaluator.inputs;
  const columns = parsed.data.inputs.find(({ name }) => name === input?.name)?.columns;
  const width = input?.shape[1];
  if (columns !== undefined && typeof width === "number" && columns.length !== width) {
    throw new ModelFault("serve.signature-invalid", `${file} names ${columns.length} columns; the model takes ${width}`);
  }
  return columns;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
