import { type Kernel, matrix, numberRows, Unsupported, word } from "./kernel.ts";
import { argMax, readLabels } from "./labels.ts";
import { logistic, type PostTransform, postTransform } from "./post-transform.ts";
import { numbersOf, readTrees } from "./read-trees.ts";
import { addLeaves, everyLeafVotes, markVotes, type Numbers, type Trees, treesCost } from "./trees.ts";

/** Turns the sums of a row, `scores` from `at`, into its answer, and gives its class; `votes` where not every class has one in every row. */
type Decide = (scores: Numbers, at: number, votes: Uint8Array) => number;

export const treeEnsembleClassifier: Kernel = (context) => {
  const { node } = context;
  const { width, type } = numberRows(context, 0);
  const labels = readLabels(node);
  const isDouble = type === "float64";
  const numbers = numbersOf(node, isDouble);
  const trees = readTrees(node, "class", width, numbers);
  const { count } = labels;
  if (trees.weightOf.some((id) => id < 0 || id >= count)) throw new Unsupported("a tree that votes for a class without label");
  const name = word(node, "post_transform", "NONE");
  const base = numbers("base_values");
  const scored = new Set(trees.weightOf);
  const votesDiffer = !everyLeafVotes(trees, scored);
  // There ONNX Runtime answers 0 and 1 whatever the labels are; whoever serves such a model knows it that way.
  if (count === 2 && scored.size === 2 && !labels.isPlain)
    throw new Unsupported("TreeEnsembleClassifier that scores two classes whose labels are not 0 and 1");
  const decide =
    count === 2 ? twoClasses({ trees, scored, base, name, votesDiffer }) : manyClasses(count, base, postTransform(name));
  const constantVotes = Uint8Array.from({ length: count }, (_, at) => Number(scored.has(at)));
  return {
    outputs: [labels.column, matrix(count)],
    cost: treesCost(trees) * (votesDiffer ? 2 : 1) + 30 * count,
    run: ([x], rows) => {
      const values = x as Numbers;
      const scores = isDouble ? new Float64Array(rows * count) : new Float32Array(rows * count);
      const classes = new Int32Array(rows);
      const votes = constantVotes.slice();
      for (let row = 0; row < rows; row++) {
        addLeaves(trees, values, row * width, scores, row * count);
        if (votesDiffer) markVotes(trees, values, row * width, votes);
        classes[row] = decide(scores, row * count, votes);
      }
      return [labels.take(classes), isDouble ? Float32Array.from(scores) : scores];
    },
  };
};

/** The first of the largest among the classes that have a vote; with base values every class has one. */
function manyClasses(count: number, base: Numbers, transform: PostTransform): Decide {
  if (base.length !== 0 && base.length !== count)
    throw new Unsupported(`TreeEnsembleClassifier of ${count} classes with ${base.length} base values`);
  return (scores, at, votes) => {
    for (let one = 0; one < base.length; one++) scores[at + one] = (scores[at + one] ?? 0) + (base[one] ?? 0);
    const best = base.length > 0 || !votes.includes(0) ? argMax(scores, at, count) : argMaxOfVotes(scores, at, votes);
    transform(scores, at, count);
    return best;
  };
}

function argMaxOfVotes(scores: Numbers, at: number, votes: Uint8Array): number {
  let best = -1;
  for (const [one, vote] of votes.entries())
    if (vote === 1 && (best < 0 || (scores[at + one] ?? 0) > (scores[at + best] ?? 0))) best = one;
  return Math.max(best, 0);
}

/**
 * Two classes. ONNX Runtime's rules, which the standard leaves open: the second class's score decides, or the first one's stands
 * for it. When the trees score one class with weights that are all positive, the score is a share and 0.5 decides, else 0 does.
 * Two base values make the second score of the first sum, and the first score its opposite.
 */
function twoClasses(given: {
  readonly trees: Trees;
  readonly scored: ReadonlySet<number>;
  readonly base: Numbers;
  readonly name: string;
  readonly votesDiffer: boolean;
}): Decide {
  const { trees, scored, base, name, votesDiffer } = given;
  const isOneScored = scored.size === 1;
  if (base.length > 2 || (base.length === 1 && !isOneScored && votesDiffer))
    throw new Unsupported(`TreeEnsembleClassifier of two classes with ${base.length} base values`);
  if (name === "PROBIT" && base.length < 2 && (votesDiffer || !scored.has(1)))
    throw new Unsupported("TreeEnsembleClassifier of two classes with one score and post_transform PROBIT");
  const isShare = isOneScored && trees.weight.every((weight) => weight >= 0);
  const threshold = isShare ? 0.5 : 0;
  const transform = postTransform(name);
  const [firstBase = 0, secondBase = 0] = base;

  return (scores, at, votes) => {
    const hasFirst = votes[0] === 1;
    const hasSecond = votes[1] === 1;
    if (base.length === 2 && hasSecond) {
      scores[at + 1] = secondBase + (scores[at] ?? 0);
      scores[at] = -(scores[at + 1] ?? 0);
    } else if (base.length > 0) {
      scores[at] = (scores[at] ?? 0) + firstBase;
      scores[at + 1] = (scores[at + 1] ?? 0) + secondBase;
    }
    // A class that nobody voted for has no score, whatever its base value.
    if (!hasFirst) scores[at] = 0;
    if (!hasSecond) scores[at + 1] = 0;
    const weight = scores[hasSecond ? at + 1 : at] ?? 0;
    if (hasSecond || base.length === 2) transform(scores, at, 2);
    else {
      const own = scores[at] ?? 0;
      scores[at] = name === "LOGISTIC" ? logistic(-own) : isShare ? 1 - own : -own;
      scores[at + 1] = name === "LOGISTIC" ? logistic(own) : own;
    }
    return Number(weight > threshold);
  };
}
