import { randomBytes } from "node:crypto";
import { openWorkspace, type Workspace } from "../arm/index.ts";
import { systemClock } from "../base/index.ts";
import type { ModelPlan, PipelineContext } from "../mlops/index.ts";
import { DEFAULTS } from "../platform/index.ts";
import type { Workbench } from "./context.ts";
import { modelPlan } from "./model-plan.ts";
import { GROUP_FLAGS, MODEL_FLAGS, openSession, resourceGroupName, SESSION_FLAGS, type SessionFlags } from "./session.ts";

/** The flags of every command about a model. */
export interface ModelFlags extends SessionFlags, Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly workspace?: string;
  readonly model?: string;
}

export const MODEL_COMMAND_FLAGS = {
  ...SESSION_FLAGS,
  ...GROUP_FLAGS,
  ...MODEL_FLAGS,
  workspace: { kind: "parsed", parse: String, brief: `Azure ML workspace (${DEFAULTS.workspaceName})`, optional: true },
} as const;

export const MODEL_ALIASES = { g: "resourceGroup", w: "workspace", m: "model" } as const;

/** The model's files, checked, and the workspace that they are about. */
export async function openModel(
  flags: ModelFlags,
  bench: Workbench,
): Promise<{ plan: ModelPlan; workspace: Workspace; context: PipelineContext }> {
  const plan = await modelPlan(flags, bench);
  const { client, pollMs } = await openSession(flags, bench, "require");
  const name = flags.workspace ?? (await bench.platform()).config.parameters?.workspaceName ?? DEFAULTS.workspaceName;
  const workspace = await openWorkspace(client, await resourceGroupName(flags, bench), name, bench.signal);
  const context = {
    reporter: bench.renderer,
    clock: systemClock,
    signal: bench.signal,
    pollMs,
    newId: () => randomBytes(4).toString("hex"),
  };
  return { plan, workspace, context };
}
