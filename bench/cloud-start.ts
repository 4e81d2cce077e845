/** Time until the embedded Azure answers, as a fresh process on a fresh folder and on one that was used before. `npm run bench:cloud-start -- [runs]` */
import { mkdtempSync, rmSync } from "node:fs";
import { enableCompileCache, getCompileCacheDir } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openRehearsal } from "../src/cli/rehearsal.ts";
import { stateFolder } from "../src/cli/state.ts";

// As the command line does: compiled code is kept between runs, also for the process that is started here.
enableCompileCache();
process.env.NODE_COMPILE_CACHE ??= getCompileCacheDir();

const runs = Number(process.argv[2] ?? 10);
const fresh: number[] = [];
const again: number[] = [];
for (let run = 0; run < runs; run++) {
  const folder = mkdtempSync(join(tmpdir(), "quayside-bench-"));
  for (const times of [fresh, again]) {
    const started = performance.now();
    const rehearsal = await openRehearsal(stateFolder(folder, folder));
    times.push(performance.now() - started);
    await rehearsal.close();
  }
  rmSync(folder, { recursive: true, force: true });
}
const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)];
console.log(JSON.stringify({ runs, freshMedianMs: median(fresh), againMedianMs: median(again) }));
