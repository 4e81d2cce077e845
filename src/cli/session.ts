import { type ArmClient, connect, createArmClient } from "../arm/index.ts";
import { NAME_RULES } from "../azure/index.ts";
import { EXIT, QuaysideError } from "../report/index.ts";
import type { Workbench } from "./context.ts";
import { positiveNumber } from "./numbers.ts";
import { openRehearsal, type Rehearsal, requireRehearsal } from "./rehearsal.ts";
import { type StateFolder, stateFolder } from "./state.ts";

export interface SessionFlags {
  readonly cloud: string;
  readonly subscription?: string;
  readonly state?: string;
  readonly realtime?: boolean;
  readonly timeout?: number;
}

const CLOUDS = ["rehearsal", "azure"];

function parseCloud(text: string): string {
  if (CLOUDS.includes(text) || text.startsWith("https://")) return text;
  throw new Error(`it is rehearsal, azure or an https:// address`);
}

/** The flags that choose an Azure; spread into a command's flags. */
export const SESSION_FLAGS = {
  cloud: {
    kind: "parsed",
    parse: parseCloud,
    proposeCompletions: () => [...CLOUDS],
    brief: "rehearsal (the embedded Azure), azure, or the https:// address of an ARM endpoint",
    default: "rehearsal",
  },
  subscription: { kind: "parsed", parse: String, brief: "Subscription id on Azure [AZURE_SUBSCRIPTION_ID]", optional: true },
  state: { kind: "parsed", parse: String, brief: "Folder for the rehearsal's state (.quayside)", optional: true },
} as const;

/** For commands that wait for Azure. */
export const WAIT_FLAGS = {
  timeout: {
    kind: "parsed",
    parse: positiveNumber,
    brief: "Minutes to wait for one operation of Azure, at most (120)",
    optional: true,
  },
} as const;

/** The recipe's name for its resource group. */
export const DEFAULT_RESOURCE_GROUP = "rg-mlops-pipeline";

export const GROUP_FLAGS = {
  resourceGroup: {
    kind: "parsed",
    parse: String,
    brief: `Resource group [RESOURCE_GROUP] (${DEFAULT_RESOURCE_GROUP})`,
    optional: true,
  },
} as const;

/** The example that comes with the package. */
export const DEFAULT_MODEL = "examples/iris";

export const MODEL_FLAGS = {
  model: {
    kind: "parsed",
    parse: String,
    brief: `Folder with release.yml and its Azure ML files (${DEFAULT_MODEL})`,
    optional: true,
  },
} as const;

/** A signed-in client and, in a rehearsal, the cloud behind it. */
export interface Session {
  readonly client: ArmClient;
  readonly rehearsal?: Rehearsal;
  readonly state: StateFolder;
  /** How often to ask how far things are: a rehearsal answers at once, Azure takes minutes. */
  readonly pollMs: number;
  /** Tenant, when the cloud tells it beforehand. */
  readonly tenantId?: string;
}

/** `start`: begin a rehearsal when none runs; `require`: one must be running. */
export async function openSession(flags: SessionFlags, bench: Workbench, rehearsals: "start" | "require"): Promise<Session> {
  const state = stateFolder(bench.cwd, flags.state);
  const longestWaitMs = flags.timeout === undefined ? undefined : flags.timeout * 60_000;
  if (flags.cloud !== "rehearsal") {
    const subscriptionId = flags.subscription ?? bench.env.AZURE_SUBSCRIPTION_ID;
    if (subscriptionId === undefined || subscriptionId === "") {
      throw new QuaysideError("no subscription is named", {
        code: "cli.no-subscription",
        fault: "user",
        hint: "give --subscription or AZURE_SUBSCRIPTION_ID",
        exitCode: EXIT.usage,
      });
    }
    return { client: createArmClient(await connect({ cloud: flags.cloud, subscriptionId }), longestWaitMs), state, pollMs: 5000 };
  }
  const rehearsal =
    rehearsals === "require"
      ? await requireRehearsal(state)
      : await openRehearsal(state, { realtime: flags.realtime === true, signal: bench.signal });
  const { arm, proxy, subscriptionId, tenantId, clientId } = rehearsal.cloud;
  const connection = await connect({
    cloud: arm,
    subscriptionId,
    proxy,
    credentials: { tenantId, clientId, clientSecret: rehearsal.clientSecret },
  });
  const client = createArmClient(connection, longestWaitMs);
  return { client, rehearsal, state, pollMs: flags.realtime === true ? 1000 : 100, tenantId };
}

export async function resourceGroupName(flags: { readonly resourceGroup?: string }, bench: Workbench): Promise<string> {
  const chosen = flags.resourceGroup ?? (bench.env.RESOURCE_GROUP || undefined);
  const name = chosen ?? (await bench.platform()).config.resourceGroup ?? DEFAULT_RESOURCE_GROUP;
  const { pattern, words } = NAME_RULES["Microsoft.Resources/resourceGroups"];
  if (pattern.test(name)) return name;
  throw new QuaysideError(`${JSON.stringify(name)} is not a name that Azure takes for a resource group`, {
    code: "cli.bad-resource-group",
    fault: "user",
    exitCode: EXIT.usage,
    hint: `use ${words}`,
  });
}
