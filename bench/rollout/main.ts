/**
 * Releases simulated with the rules of Flagger, of Argo Rollouts and of Quayside's own controller, which is the code that
 * decides real ones. `npm run bench:rollout -- [--runs N]` keeps the figures and brings docs/release.md up to date;
 * ends with 1 when a goal is not met.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { judge } from "../goals.ts";
import { type Kept, withFigures } from "./document.ts";
import { goals } from "./goals.ts";
import { simulate } from "./simulate.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } } });
const runs = Number(values.runs);
const seed = Number(values.seed);
if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed)) throw new Error("--runs and --seed take whole numbers");

const kept: Kept = { runs, seed, figures: simulate(runs, seed) };
writeFileSync(join(import.meta.dirname, "figures.json"), `${JSON.stringify(kept, null, 2)}\n`);
const document = join(import.meta.dirname, "..", "..", "docs", "release.md");
writeFileSync(document, withFigures(readFileSync(document, "utf8"), kept));
judge(goals(kept.figures));
