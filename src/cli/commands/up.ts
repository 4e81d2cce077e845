import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { type ArmClient, type ModelVersion, openWorkspace, type Workspace } from "../../arm/index.ts";
import { estimateMonthlyCost } from "../../azure/index.ts";
import { asString, isObject, type JsonObject, type JsonValue, systemClock } from "../../base/index.ts";
import { armParameterValues, armTemplate } from "../../emit/index.ts";
import { type Evaluation, evaluateProgram, type Program } from "../../ir/index.ts";
import { type ModelPlan, openScoring, type ReleaseResult, release, score, trainCandidate } from "../../mlops/index.ts";
import {
  apply,
  destroy,
  findingLine,
  isUnchecked,
  type OperationContext,
  preflight,
  refuse,
  type Verified,
  verify,
} from "../../ops/index.ts";
import { step } from "../../report/index.ts";
import { armEnvironment } from "../arm-environment.ts";
import { BRIEFS } from "../briefs.ts";
import { closedNamespaceNote } from "../closed-namespace.ts";
import { command } from "../command.ts";
import type { Workbench } from "../context.ts";
import { modelPlan } from "../model-plan.ts";
import { regionOf, resolveParameters } from "../parameters.ts";
import { releaseOwner } from "../release-owner.ts";
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
    location: { kind: "parsed", parse: String, brief: "Azure region [LOCATION] (eastus)", optional: true },
    parameters: { kind: "parsed", parse: String, brief: "ARM parameters file", optional: true },
    parameter: { kind: "parsed", parse: String, brief: "One parameter: name=value", optional: true, variadic: true },
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
      const summary = await run({
        program,
        parameters,
        plan,
        session,
        bench,
        cloudReadyMs,
        resourceGroup: await resourceGroupName(flags, bench),
        location: regionOf(parameters),
        cloud: flags.cloud,
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

interface Run {
  readonly program: Program;
  readonly parameters: Record<string, JsonValue>;
  readonly plan: ModelPlan;
  readonly session: Session;
  readonly bench: Workbench;
  readonly cloudReadyMs: number;
  readonly cloud: string;
  readonly resourceGroup: string;
  readonly location: string;
}

/** The main job, one step after the other. */
async function run(job: Run): Promise<RunSummary> {
  const { bench, session, program, plan, resourceGroup, location } = job;
  const { renderer } = bench;
  const { client } = session;
  const deployStarted = performance.now();
  const parameters = { ...job.parameters, ...(await whoRuns(client, job.parameters)) };
  const evaluation = evaluateProgram(program, {
    parameters,
    subscriptionId: client.connection.subscriptionId,
    tenantId: session.tenantId ?? bench.env.AZURE_TENANT_ID ?? "00000000-0000-0000-0000-000000000000",
    resourceGroup: { name: resourceGroup, location },
    environment: armEnvironment(client.connection),
  });
  await step(
    renderer,
    { step: "preflight", title: "ask what Azure would refuse" },
    async () => {
      const promised = evaluation.resources.filter(({ condition }) => condition);
      const found = await preflight(client, { location, resources: promised }, bench.signal);
      for (const warning of found.warnings) renderer.emit("note", { message: findingLine(warning) });
      refuse(found);
      return found;
    },
    ({ quotas, warnings }) =>
      warnings.some(isUnchecked)
        ? "nothing that could be checked would be refused"
        : `names, sizes, versions and ${quotas.length} quotas can be had`,
  );
  const deployment = await step(
    renderer,
    { step: "deploy", title: `deploy the platform to ${resourceGroup}` },
    () =>
      apply(
        client,
        {
          resourceGroup,
          location,
          deployment: "quayside",
          template: armTemplate(program),
          parameters: armParameterValues(program, parameters),
        },
        operations(session, bench),
      ),
    ({ operations: done, durationMs }) =>
      `${done.length} resources${session.rehearsal === undefined ? "" : `, which takes Azure about ${minutes(durationMs)}`}`,
  );
  const verified = await step(
    renderer,
    { step: "verify", title: "read back what was promised" },
    () =>
      verify(
        client,
        evaluation.resources.filter(({ condition }) => condition),
        operations(session, bench),
      ),
    (found) => `${found.length} resources`,
  );
  const deployMs = performance.now() - deployStarted;
  const note = session.rehearsal === undefined ? closedNamespaceNote(evaluation.resources) : undefined;
  if (note !== undefined) renderer.emit("note", { message: note });
  const workspace = await openWorkspace(client, resourceGroup, asString(deployment.outputs.workspaceName), bench.signal);
  const pipeline = { ...operations(session, bench), newId: () => randomBytes(4).toString("hex") };

  const models: (ModelVersion & { job: string; metrics: Readonly<Record<string, number>> })[] = [];
  let firstPredictionMs: number | undefined;
  let last: ReleaseResult | undefined;
  for (const candidate of plan.release.candidates) {
    const { model, training } = await trainCandidate(workspace, plan, candidate, pipeline);
    models.push({ ...model, job: training.job, metrics: training.run.metrics });
    last = await step(
      renderer,
      { step: "release", title: `release ${model.name}:${model.version}` },
      () => release(workspace, plan, model, pipeline, { owner: releaseOwner() }),
      releaseSummary,
    );
    if (firstPredictionMs === undefined) {
      await firstPrediction(workspace, plan, last, bench);
      firstPredictionMs = elapsed();
    }
  }
  const served = models.at(-1);
  if (last === undefined || served === undefined || firstPredictionMs === undefined)
    throw new Error("a release plan has at least one candidate");
  const cost = estimateMonthlyCost(priced(evaluation));
  return {
    cloud: job.cloud,
    resourceGroup,
    resources: {
      total: evaluation.resources.filter(({ condition }) => condition).length,
      succeeded: verified.filter(({ state }) => state === "Succeeded").length,
      items: verified.map(({ type, name, state }: Verified) => ({ type, name, state })),
    },
    model: { name: served.name, version: served.version, metrics: served.metrics },
    models: models.map(({ version, job: name, metrics }) => ({ version, job: name, metrics })),
    endpoint: { name: last.endpoint.name, scoringUri: last.endpoint.scoringUri },
    traffic: last.endpoint.traffic,
    requests: last.load ?? { sent: 0, failed: 0, p50Ms: 0, p99Ms: 0 },
    cost: {
      monthlyUsd: cost.monthlyUsd,
      pricesAsOf: cost.pricesAsOf,
      lines: cost.lines.map(({ resource, item, monthlyUsd }) => ({ resource, item, monthlyUsd })),
      assumptions: cost.assumptions,
    },
    durations: {
      cloudReadyMs: job.cloudReadyMs,
      deployMs,
      deployOnAzureMs: deployment.durationMs,
      firstPredictionMs,
      totalMs: elapsed(),
    },
  };
}

async function firstPrediction(workspace: Workspace, plan: ModelPlan, released: ReleaseResult, bench: Workbench): Promise<void> {
  const scoring = await openScoring(workspace, released.endpoint, bench.signal);
  const answer = await score(scoring, plan.sampleRequests[0] ?? "{}", undefined, bench.signal);
  bench.renderer.emit("note", { message: `first prediction from ${answer.deployment}: ${answer.body.slice(0, 120)}` });
}

/** Whoever runs the pipeline needs data roles of their own: Owner has none. */
async function whoRuns(client: ArmClient, given: Readonly<Record<string, JsonValue>>): Promise<Record<string, JsonValue>> {
  if (given.operatorObjectId !== undefined) return {};
  const token = await client.connection.credential.getToken(`${client.connection.audience}/.default`);
  const claims = claimsOf(token?.token ?? "");
  if (claims.oid === undefined) return {};
  return { operatorObjectId: claims.oid, operatorType: claims.idtyp === "app" ? "ServicePrincipal" : "User" };
}

/** A token that is not a JWT tells nothing; the parser's own error would quote it. */
function claimsOf(token: string): JsonObject {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}

function operations(session: Session, bench: Workbench): OperationContext {
  return { reporter: bench.renderer, clock: systemClock, signal: bench.signal, pollMs: session.pollMs };
}

function priced(evaluation: Evaluation) {
  return evaluation.resources.filter(({ condition }) => condition).map(({ type, name, body }) => ({ type, name, body }));
}

function releaseSummary({ deployment, load }: ReleaseResult): string {
  return load === undefined
    ? `${deployment} takes all traffic`
    : `${deployment} takes all traffic; ${load.sent} requests, ${load.failed} failed`;
}

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

function minutes(ms: number): string {
  return `${Math.round(ms / 60_000)} minutes`;
}

/** Milliseconds since the process began. */
function elapsed(): number {
  return performance.now();
}
