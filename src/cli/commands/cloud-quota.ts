import { buildRouteMap } from "@stricli/core";
import { asObjects, asString, type JsonObject } from "../../base/index.ts";
import { command } from "../command.ts";
import type { Workbench } from "../context.ts";
import { DEFAULT_REGION } from "../region.ts";
import { controlRehearsal } from "../rehearsal.ts";
import { stateFolder } from "../state.ts";

interface QuotaFlags extends Readonly<Record<string, unknown>> {
  readonly state?: string;
  readonly location?: string;
  readonly machineLearning: boolean;
}

const FLAGS = {
  state: { kind: "parsed", parse: String, brief: "Folder for the rehearsal's state (.quayside)", optional: true },
  location: { kind: "parsed", parse: String, brief: "Azure region [LOCATION] (eastus)", optional: true },
  machineLearning: { kind: "boolean", brief: "Azure ML's own quotas, of training clusters", default: false },
} as const;

const ALIASES = { l: "location" } as const;

const list = command<QuotaFlags>({
  brief: "Show the vCPU quotas of the embedded Azure's subscription",
  flags: FLAGS,
  aliases: ALIASES,
  async run(flags, bench) {
    const location = await regionIn(flags, bench);
    const path = `${pathOf(flags)}?location=${encodeURIComponent(location)}`;
    const { value } = await controlRehearsal(stateFolder(bench.cwd, flags.state), "GET", path);
    const quotas = asObjects(value);
    bench.renderer.result(quotas.map(line).join("\n"), { quotas });
  },
});

const set = command<QuotaFlags, [string, number]>({
  brief: "Change a limit, as a granted request for quota does, or to see what too little of it does",
  flags: FLAGS,
  aliases: ALIASES,
  positional: {
    kind: "tuple",
    parameters: [
      { brief: "quota's name, as the list has it", parse: String, placeholder: "family" },
      { brief: "vCPUs", parse: parseLimit, placeholder: "limit" },
    ],
  },
  async run(flags, bench, name, limit) {
    const location = await regionIn(flags, bench);
    const changed = await controlRehearsal(stateFolder(bench.cwd, flags.state), "PUT", pathOf(flags), { location, name, limit });
    bench.renderer.result(line(changed), changed);
  },
});

async function regionIn({ location }: QuotaFlags, bench: Workbench): Promise<string> {
  const { config } = await bench.platform();
  return location ?? (bench.env.LOCATION || config.parameters?.location || DEFAULT_REGION);
}

function pathOf({ machineLearning }: QuotaFlags): string {
  return `/quotas/Microsoft.${machineLearning ? "MachineLearningServices" : "Compute"}`;
}

function line({ location, name, limit, currentValue }: JsonObject): string {
  return `${asString(location)}  ${asString(name).padEnd(30)} ${asString(currentValue)} of ${asString(limit)} vCPUs in use`;
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 0) throw new Error(`${text} is no number of vCPUs (0 or more)`);
  return limit;
}

export const quota = buildRouteMap({
  routes: { list, set },
  docs: { brief: "vCPU quotas of the embedded Azure: list, and set a limit" },
});
