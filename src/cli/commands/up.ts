import { writeFileSync } from "node:fs";
import { destroy } from "../../ops/index.ts";
import { step } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { elapsed, mainJob, operations } from "../main-job/index.ts";
import { modelPlan } from "../model-plan.ts";
import { resolveParameters } from "../parameters.ts";
import { regionOf } from "../region.ts";
import { seconds } from "../render/index.ts";
import {
  GROUP_FLAGS,
  MODEL_FLAGS,
  openSession,
  resourceGroupName,
  SESSION_FLAGS,
  type Session,
  type SessionFlags,
  WAIT_FLAGS,
} from "../session.ts";
import { lockRun, stateFolder } from "../state.ts";
import { type RunSummary, summaryText } from "../summary.ts";

interface UpFlags extends SessionFlags, Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly model?: string;
  readonly parameters?: string;
  readonly parameter?: readonly string[];
  readonly skipKubernetes: boolean;
  readonly keep: boolean;
  readonly realtime: boolean;
}

export const up = command<UpFlags>({
  brief: BRIEFS.up,
  fullDescription:
    "Rehearses on the embedded Azure unless --cloud says otherwise: the same template, the same calls, the same model. A rehearsal is removed at the end unless --keep is given; on Azure everything stays.",
  flags: {
    ...SESSION_FLAGS,
    ...GROUP_FLAGS,
    ...MODEL_FLAGS,
    ...WAIT_FLAGS,
    location: { kind: "parsed", parse: String, brief: "Azure region [LOCATION] (the group's, or eastus)", optional: true },
    parameters: { kind: "parsed", parse: String, brief: "ARM parameters file", optional: true },
    parameter: { kind: "parsed", parse: String, brief: "One parameter: name=value", optional: true, variadic: true },
    skipKubernetes: {
      kind: "boolean",
      brief: "Leave the objects on the cluster to somebody else, for instance Flux",
      default: false,
    },
    keep: { kind: "boolean", brief: "Leave the rehearsal running", default: false },
    realtime: { kind: "boolean", brief: "Let the embedded Azure take as long as Azure does", default: false },
  },
  aliases: { p: "parameters", P: "parameter", g: "resourceGroup", l: "location" },
  async run(flags, bench) {
    // What the person wrote is checked before anything is started.
    const { config, program } = await bench.platform();
    const parameters = await resolveParameters(
      program,
      { config, env: bench.env, file: flags.parameters, location: flags.location, assignments: flags.parameter ?? [] },
      bench.renderer,
    );
    const resourceGroup = await resourceGroupName(flags, bench);
    const plan = await modelPlan(flags, bench);
    const state = stateFolder(bench.cwd, flags.state);
    using _lock = lockRun(state);
    const session = await step(
      bench.renderer,
      { step: "cloud", title: flags.cloud === "rehearsal" ? "start the embedded Azure" : `sign in to ${flags.cloud}` },
      () => openSession(flags, bench, "start"),
    );
    const cloudReadyMs = elapsed();
    const isRehearsal = session.rehearsal !== undefined;
    let finished = false;
    try {
      const summary = await mainJob({
        program,
        parameters,
        plan,
        session,
        bench,
        cloudReadyMs,
        resourceGroup,
        location: await regionOf(parameters, { client: session.client, name: resourceGroup, signal: bench.signal }),
        cloud: flags.cloud,
        skipKubernetes: flags.skipKubernetes,
      });
      if (isRehearsal && !flags.keep)
        await step(
          bench.renderer,
          { step: "down", title: "remove everything" },
          () => destroy(session.client, summary.resourceGroup, { purge: true }, operations(session, bench)),
          ({ removed }) => `${removed} resources`,
        );
      const total = { ...summary, durations: { ...summary.durations, totalMs: elapsed() } };
      writeFileSync(state.lastRun, `${JSON.stringify(total, null, 2)}\n`);
      finished = true;
      bench.renderer.result(`${summaryText(total)}\n${whereNext(session, flags.keep, total)}`, total);
    } finally {
      if (isRehearsal) {
        if (finished && flags.keep) session.rehearsal.keep();
        else await session.rehearsal.close();
      }
    }
  },
});

function whereNext(session: Session, keep: boolean, run: RunSummary): string {
  if (session.rehearsal === undefined) return `Next       quayside status; quayside down removes it`;
  if (!keep) return "Next       quayside up --keep leaves it running; quayside up --cloud azure does the same on a subscription";
  const { arm, proxy } = session.rehearsal.cloud;
  return [
    `Running    Azure Resource Manager ${arm}, proxy ${proxy}`,
    `           scoring ${run.endpoint.scoringUri}`,
    `Next       quayside status, quayside model score, quayside cloud env; quayside down removes it (${seconds(run.durations.totalMs)} to make)`,
  ].join("\n");
}
