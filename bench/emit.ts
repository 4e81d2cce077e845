/** Time to print the whole platform as ARM, Bicep and Terraform, warm. `npm run bench:emit` */
import { emitArm, emitBicep, emitTerraform } from "../src/emit/index.ts";
import { definePlatform } from "../src/platform/index.ts";

const ROUNDS = 50;
const WARM_UP = 5;

const times: number[] = [];
for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  const started = performance.now();
  const program = definePlatform();
  emitArm(program);
  emitBicep(program);
  emitTerraform(program);
  if (round >= WARM_UP) times.push(performance.now() - started);
}
times.sort((a, b) => a - b);
console.log(JSON.stringify({ rounds: ROUNDS, medianMs: times[Math.floor(ROUNDS / 2)], maxMs: times.at(-1) }));
