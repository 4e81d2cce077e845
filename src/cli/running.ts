import { readFileSync } from "node:fs";
import { z } from "zod";
import { isAlive, type RunningCloud, runningFile, type StateFolder } from "./state.ts";

const runningCloud: z.ZodType<RunningCloud> = z.object({
  pid: z.int().positive(),
  arm: z.string(),
  http: z.string(),
  proxy: z.string(),
  caFile: z.string(),
  tenantId: z.string(),
  subscriptionId: z.string(),
  clientId: z.string(),
});

/** What the embedded Azure on this state folder wrote about itself. Apart from `state.ts`: the cloud's own process need not load the schema. */
export function readRunning(state: StateFolder): RunningCloud | undefined {
  try {
    const parsed = runningCloud.safeParse(JSON.parse(readFileSync(runningFile(state), "utf8")));
    return parsed.success && isAlive(parsed.data.pid) ? parsed.data : undefined;
  } catch {
    return undefined; // there is none, or what is there is not one's own word
  }
}
