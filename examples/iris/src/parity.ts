import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Dataset } from "./data.ts";
import { type Forest, voteShares } from "./forest.ts";

/** What the written model says, computed by ONNX Runtime as it will be when it serves. */
export interface Answers {
  readonly labels: readonly string[];
  readonly probabilities: readonly (readonly number[])[];
}

export async function runOnnx(model: Uint8Array, rows: readonly (readonly number[])[]): Promise<Answers> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const width = rows[0]?.length ?? 0;
  const { label, probabilities } = await session.run({
    X: new Tensor("float32", Float32Array.from(rows.flat()), [rows.length, width]),
  });
  await session.release();
  const labels = label?.data;
  const shares = probabilities?.data;
  const classes = probabilities?.dims[1] ?? 0;
  if (!isTexts(labels) || !(shares instanceof Float32Array))
    throw new Error("parity: the model's outputs are not a label (text) and probabilities");
  return { labels, probabilities: rows.map((_, at) => Array.from(shares.slice(at * classes, (at + 1) * classes))) };
}

function isTexts(data: unknown): data is string[] {
  return Array.isArray(data) && data.every((value) => typeof value === "string");
}

const LARGEST_DIFFERENCE = 1e-5;

/**
 * The written model must say what the library says: on every row of the data, and right at every threshold of the forest, where
 * rounding to 32 bits would show. Throws with the worst row. Labels may differ only where votes tie: the library takes the
 * class that got there first, ONNX the first class.
 */
export async function checkParity(
  model: Uint8Array,
  forest: Forest,
  { rows, classes }: Dataset,
): Promise<{ rows: number; maxDifference: number }> {
  const probes = [...rows.map(({ features }) => features), ...atThresholds(forest, rows[0]?.features ?? [])];
  const votes = forest.votes(probes);
  const labels = forest.predict(probes);
  const answers = await runOnnx(model, probes);
  let maxDifference = 0;
  for (const [at, probe] of probes.entries()) {
    const shares = voteShares(votes[at] ?? [], classes.length);
    const given = answers.probabilities[at] ?? [];
    const difference = Math.max(...shares.map((share, label) => Math.abs(share - (given[label] ?? Number.NaN))));
    // Not `>`, so that NaN fails too.
    if (!(difference <= LARGEST_DIFFERENCE)) {
      throw new Error(
        `parity: for ${probe.join(", ")} the library gives ${shares.join(", ")}, the written model ${given.join(", ")}`,
      );
    }
    const tied = shares.filter((share) => share === Math.max(...shares)).length > 1;
    const expected = classes[labels[at] ?? -1];
    if (!tied && answers.labels[at] !== expected)
      throw new Error(`parity: for ${probe.join(", ")} the library says ${expected}, the written model ${answers.labels[at]}`);
    maxDifference = Math.max(maxDifference, difference);
  }
  return { rows: probes.length, maxDifference };
}

/** For each split, a row whose feature is the threshold in 32 bits, and its neighbours on both sides. */
function atThresholds({ trees }: Forest, row: readonly number[]): number[][] {
  const probes = new Map<string, number[]>();
  const visit = (tree: Forest["trees"][number]): void => {
    if ("vote" in tree) return;
    for (const factor of [1, 1 - 2 ** -23, 1 + 2 ** -23]) {
      const probe = row.map((value, at) => (at === tree.feature ? Math.fround(tree.threshold * factor) : value));
      probes.set(probe.join(), probe);
    }
    visit(tree.left);
    visit(tree.right);
  };
  trees.forEach(visit);
  return [...probes.values()];
}
