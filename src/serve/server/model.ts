import { readdir, readFile, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModelFault } from "../fault.ts";
import { chooseEngine, type Engine, type Threads } from "./engine.ts";
import type { Evaluator } from "./evaluator.ts";
import { readSignature } from "./signature.ts";
import { withoutZipMaps } from "./zip-map.ts";

/** A loaded model and what is known about it. */
export interface Model {
  readonly name: string;
  readonly version: string;
  readonly evaluator: Evaluator;
  /** Why the own evaluators do not compute it, when they were asked. */
  readonly engineReason?: string;
  /** Names of the columns of the one input, from `signature.json` beside the model. */
  readonly columns: readonly string[] | undefined;
  /** Another one when the file was replaced or written to, so that processes can tell whether they serve the same. */
  readonly stamp: string;
}

const MAX_DEPTH = 4;

export interface ModelSource {
  /** A model file or a folder that holds one. */
  readonly place: string;
  readonly name: string;
  readonly version: string;
  readonly engine: Engine;
  readonly threads: Threads;
  readonly cores?: number;
}

/** Throws a `ModelFault` that says why it cannot be served. */
export async function loadModel({ place, name, version, engine, threads, cores }: ModelSource): Promise<Model> {
  const file = await findModelFile(place);
  const { ino, size, mtimeNs } = await stat(file, { bigint: true });
  const { evaluator, reason } = await chooseEngine(engine, withoutZipMaps(await readFile(file)), file, threads, cores);
  const beside = join(dirname(file), "signature.json");
  const signature = await readFile(beside, "utf8").catch(() => undefined);
  const columns = signature === undefined ? undefined : readSignature(beside, signature, evaluator.inputs[0]);
  return {
    name,
    version,
    evaluator,
    columns,
    stamp: `${ino}-${size}-${mtimeNs}`,
    ...(reason === undefined ? {} : { engineReason: reason }),
  };
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
