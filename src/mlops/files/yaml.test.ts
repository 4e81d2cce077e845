import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { DiagnosticsError, formatDiagnostic } from "../../report/index.ts";
import { releasePlan } from "./release.ts";
import { loadYaml } from "./yaml.ts";

const folder = mkdtempSync(join(tmpdir(), "quayside-yaml-"));
const file = join(folder, "release.yml");
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `model: iris
candidates:
  - name: v1
gate:
  minimum: {}
  champion:
    margin: 0.1
rollout:
  requests: requests.json
  smoke:
    requests: 2
  load:
    requestsPerSecond: 10
`;

/** What is said of a file, a line for each problem, without the folder. */
async function problems(text: string): Promise<string[]> {
  writeFileSync(file, text);
  try {
    await loadYaml(file, releasePlan);
    return [];
  } catch (error) {
    if (!(error instanceof DiagnosticsError)) throw error;
    return error.diagnostics.map((one) => formatDiagnostic(one).replace(`${folder}/`, ""));
  }
}

test("a good file has no problem", async () => {
  expect(await problems(GOOD)).toEqual([]);
});

test.each([
  [
    "a key that is missing",
    (text: string) => text.replace("  requests: requests.json\n", ""),
    "error files.missing-key at release.yml:9 rollout.requests: requests is missing; give a text",
  ],
  [
    "a value of another type",
    (text: string) => text.replace(": 10", ": ten"),
    'error files.wrong-type at release.yml:13 rollout.load.requestsPerSecond: requestsPerSecond is "ten"; it takes a number',
  ],
  [
    "a share in percent",
    (text: string) => `${text}  evidence:\n    errors:\n      margin: 5 %\n`,
    'error files.wrong-type at release.yml:16 rollout.evidence.errors.margin: margin is "5 %"; it takes a number',
  ],
  [
    "a number out of range",
    (text: string) => text.replace(": 10", ": 0"),
    "error files.out-of-range at release.yml:13 rollout.load.requestsPerSecond: requestsPerSecond is 0; it takes at least 1",
  ],
  [
    "a fraction",
    (text: string) => text.replace(": 10", ": 1.5"),
    "error files.wrong-type at release.yml:13 rollout.load.requestsPerSecond: requestsPerSecond is 1.5; it takes a whole number",
  ],
  [
    "a word that is not among those that it may be",
    (text: string) => `${text}  strategy: canarry\n`,
    'error files.unknown-value at release.yml:14 rollout.strategy: strategy is "canarry"; it takes canary, mirror-first, blue-green or ab',
  ],
  [
    "a key that nobody knows",
    (text: string) => `${text}  evidence:\n    latency:\n      slowerThan: 2\n`,
    "error files.unknown-key at release.yml:16 rollout.evidence.latency.slowerThan: unknown key slowerThan; it takes margin, slowerBy or atLeastMs",
  ],
  [
    "an entry of a list, and not the rule that it spoils",
    (text: string) => `${text}  steps: [5, 200]\n`,
    "error files.out-of-range at release.yml:14 rollout.steps.1: steps[1] is 200; it takes at most 100",
  ],
  [
    "an empty list",
    (text: string) => `${text}  steps: []\n`,
    "error files.out-of-range at release.yml:14 rollout.steps: steps is []; it takes at least 1 entry",
  ],
  [
    "a key without its value",
    (text: string) => text.replace("    requestsPerSecond: 10\n", ""),
    "error files.wrong-type at release.yml:12 rollout.load: load is empty; it takes keys of its own",
  ],
  [
    "a name that is none",
    (text: string) => text.replace("model: iris", "model: an iris"),
    'error files.invalid at release.yml:1 model: model is "an iris"; expected letters, digits, dots, hyphens and underscores',
  ],
  [
    "a value of none of several types",
    (text: string) => text.replace("  - name: v1", "  - name: v1\n    inputs: {seed: [1]}"),
    "error files.wrong-type at release.yml:4 candidates.0.inputs.seed: seed is a list; it takes a text, a number or true or false",
  ],
  [
    "settings that belong to another strategy",
    (text: string) => `${text}  ab:\n    metric: slow\n    effect: 0.1\n`,
    "error files.invalid at release.yml:15 rollout.ab: ab belongs to strategy: ab; this plan's strategy is canary",
  ],
  [
    "a key that comes twice",
    (text: string) => `${text}  load: 3\n`,
    "error files.not-yaml at release.yml:14: map keys must be unique",
  ],
  ["no content", () => "", "error files.wrong-type at release.yml: the file is empty; it takes keys of its own"],
])("%s is one line with its place", async (_, spoil, line) => {
  expect(await problems(spoil(GOOD))).toEqual([line]);
});

test("every bad line is named, in the order of the file", async () => {
  const text = GOOD.replace("margin: 0.1", "margin: x").replace(": 10", ": 0");

  expect((await problems(`${text}  verdict: fast\n`)).map((line) => line.split(" ")[3])).toEqual([
    "release.yml:7",
    "release.yml:13",
    "release.yml:14",
  ]);
});
