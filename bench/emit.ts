/**
 * Processor time to declare the platform, with the profiles of all environments, and to print it: for every target, the first time in a
 * process, and as ARM and Bicep, warm. `npm run bench:emit`; ends with 1 when the first takes more than 300 ms or the second more than 100.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EMITTERS, print } from "../src/cli/printed-files.ts";
import { definePlatform } from "../src/platform/index.ts";
import { atMost, judge } from "./goals.ts";
import { publish, table } from "./load/publish.ts";
import { median, round } from "./load/samples.ts";

const [PROCESSES, ROUNDS] = [5, 50];
const FIRST = "--first";
const ARM_AND_BICEP = [EMITTERS.arm, EMITTERS.bicep];

/** Milliseconds. */
function printing(emitters?: typeof ARM_AND_BICEP): number {
  const before = process.cpuUsage();
  print(definePlatform(), emitters);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function firstInItsProcess(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, FIRST]);
  return Number(stdout);
}

if (process.argv.includes(FIRST)) console.log(printing());
else {
  const first: number[] = [];
  for (let at = 0; at < PROCESSES; at++) first.push(await firstInItsProcess());
  const warm = Array.from({ length: ROUNDS }, () => ({ all: printing(), two: printing(ARM_AND_BICEP) }));
  const result = {
    processes: PROCESSES,
    // The least: others on the machine can only add to it.
    firstMs: round(Math.min(...first), 0),
    rounds: ROUNDS,
    warmMedianMs: round(median(warm.map(({ all }) => all)), 0),
    warmArmAndBicepMs: round(median(warm.map(({ two }) => two)), 0),
  };
  publish(
    "emit",
    result,
    table(
      ["every target, first time, ms", "warm, ms", "ARM and Bicep, warm, ms"],
      [[result.firstMs, result.warmMedianMs, result.warmArmAndBicepMs]],
    ),
  );
  console.log(JSON.stringify(result));
  judge([
    atMost("every target, the first time,", 300, "ms", result.firstMs),
    atMost("ARM and Bicep, warm,", 100, "ms", result.warmArmAndBicepMs),
  ]);
}
