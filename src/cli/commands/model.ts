import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buildRouteMap } from "@stricli/core";
import { findEndpoint, findModel, openWorkspace, type Workspace } from "../../arm/index.ts";
import { systemClock } from "../../base/index.ts";
import {
  loadModelPlan,
  openScoring,
  type PipelineContext,
  release as releaseModel,
  rollback as rollbackModel,
  score as scoreModel,
  trainCandidate,
} from "../../mlops/index.ts";
import { EXIT, QuaysideError, UsageError } from "../../report/index.ts";
import { command } from "../command.ts";
import type { Workbench } from "../context.ts";
import { GROUP_FLAGS, MODEL_FLAGS, openSession, resourceGroupName, SESSION_FLAGS, type SessionFlags } from "../session.ts";

interface ModelFlags extends SessionFlags, Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly workspace: string;
  readonly model: string;
}

const FLAGS = {
  ...SESSION_FLAGS,
  ...GROUP_FLAGS,
  ...MODEL_FLAGS,
  workspace: { kind: "parsed", parse: String, brief: "Azure ML workspace", default: "mlw-mlops-demo" },
} as const;

const ALIASES = { g: "resourceGroup", w: "workspace", m: "model" } as const;

async function open(flags: ModelFlags, bench: Workbench) {
  const plan = await loadModelPlan(resolve(bench.cwd, flags.model));
  const { client, pollMs } = await openSession(flags, bench, "require");
  const workspace: Workspace = await openWorkspace(client, resourceGroupName(flags, bench), flags.workspace, bench.signal);
  const context: PipelineContext = {
    reporter: bench.renderer,
    clock: systemClock,
    signal: bench.signal,
    pollMs,
    newId: () => randomBytes(4).toString("hex"),
  };
  return { plan, workspace, context };
}

const train = command<ModelFlags & { readonly candidate?: string }>({
  brief: "Train a candidate as an Azure ML job, judge it against the champion and register it",
  flags: {
    ...FLAGS,
    candidate: { kind: "parsed", parse: String, brief: "Name of a candidate in release.yml (the first one)", optional: true },
  },
  aliases: ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await open(flags, bench);
    const { candidates } = plan.release;
    const chosen = flags.candidate === undefined ? candidates[0] : candidates.find(({ name }) => name === flags.candidate);
    if (chosen === undefined)
      throw new UsageError(`release.yml has no candidate ${flags.candidate}`, {
        code: "cli.unknown-candidate",
        hint: `candidates are ${candidates.map(({ name }) => name).join(", ")}`,
      });
    const { model, verdict, training } = await trainCandidate(workspace, plan, chosen, context);
    bench.renderer.result(
      `${model.name}:${model.version} is registered; release it: quayside model release --version ${model.version}`,
      { name: model.name, version: model.version, job: training.job, metrics: training.run.metrics, verdict },
    );
    return EXIT.done;
  },
});

const release = command<ModelFlags & { readonly version: string }>({
  brief: "Release a registered version: smoke test, then traffic in steps under load, back by itself when limits break",
  flags: { ...FLAGS, version: { kind: "parsed", parse: String, brief: "Version of the model", default: "latest" } },
  aliases: ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await open(flags, bench);
    const model = await findModel(workspace, plan.release.model, flags.version, bench.signal);
    if (model === undefined)
      throw new QuaysideError(`model ${plan.release.model}:${flags.version} is not registered`, {
        code: "mlops.model-not-found",
        fault: "user",
        hint: "train one: quayside model train",
      });
    if (model.tags.gate === "refused")
      throw new QuaysideError(`the gate refused ${model.name}:${model.version}`, {
        code: "mlops.candidate-refused",
        fault: "user",
        exitCode: EXIT.verification,
      });
    const result = await releaseModel(workspace, plan, model, context);
    bench.renderer.result(`${result.endpoint.name}: ${result.deployment} serves ${model.name}:${model.version}`, {
      endpoint: result.endpoint.name,
      deployment: result.deployment,
      model: model.name,
      version: model.version,
      traffic: result.endpoint.traffic,
      load: result.load,
    });
    return EXIT.done;
  },
});

const rollback = command<ModelFlags>({
  brief: "Give all traffic back to the other ready deployment",
  flags: FLAGS,
  aliases: ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await open(flags, bench);
    const { from, to } = await rollbackModel(workspace, plan.endpoint.value.name, context);
    bench.renderer.result(`${plan.endpoint.value.name}: ${to} takes all traffic, ${from} none`, {
      endpoint: plan.endpoint.value.name,
      from,
      to,
    });
    return EXIT.done;
  },
});

const score = command<ModelFlags & { readonly deployment?: string; readonly data?: string }>({
  brief: "Send one request to the endpoint",
  flags: {
    ...FLAGS,
    deployment: { kind: "parsed", parse: String, brief: "Ask this deployment, whatever the traffic", optional: true },
    data: { kind: "parsed", parse: String, brief: "JSON body, or @file (the first sample request)", optional: true },
  },
  aliases: { ...ALIASES, d: "data" },
  async run(flags, bench) {
    const { plan, workspace } = await open(flags, bench);
    const endpoint = await findEndpoint(workspace, plan.endpoint.value.name, bench.signal);
    if (endpoint === undefined)
      throw new QuaysideError(`endpoint ${plan.endpoint.value.name} does not exist`, {
        code: "mlops.endpoint-not-found",
        fault: "user",
        hint: "release a model: quayside model release",
      });
    const body =
      flags.data === undefined
        ? (plan.sampleRequests[0] ?? "{}")
        : flags.data.startsWith("@")
          ? await readFile(resolve(bench.cwd, flags.data.slice(1)), "utf8")
          : flags.data;
    const answer = await scoreModel(await openScoring(workspace, endpoint, bench.signal), body, flags.deployment, bench.signal);
    bench.renderer.result(answer.body, answer);
    return answer.status === 200 ? EXIT.done : EXIT.failed;
  },
});

export const model = buildRouteMap({
  routes: { train, release, score, rollback },
  docs: { brief: "Train, release, score and roll back a model" },
});
