import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { buildRouteMap } from "@stricli/core";
import { findEndpoint, findModel } from "../../arm/index.ts";
import {
  openScoring,
  release as releaseModel,
  rollback as rollbackModel,
  score as scoreModel,
  trainCandidate,
} from "../../mlops/index.ts";
import { EXIT, QuaysideError, UsageError } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { MODEL_ALIASES, MODEL_COMMAND_FLAGS, type ModelFlags, openModel } from "../model-command.ts";
import { releaseOwner } from "../release-owner.ts";
import { seconds } from "../render/index.ts";
import { WAIT_FLAGS } from "../session.ts";
import { history } from "./model-history.ts";
import { logs } from "./model-logs.ts";
import { monitor } from "./model-monitor.ts";
import { watch } from "./model-watch.ts";

const train = command<ModelFlags & { readonly candidate?: string }>({
  brief: "Train a candidate as an Azure ML job, judge it against the champion and register it",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    ...WAIT_FLAGS,
    candidate: { kind: "parsed", parse: String, brief: "Name of a candidate in release.yml (the first one)", optional: true },
  },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await openModel(flags, bench);
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

const release = command<ModelFlags & { readonly version: string; readonly takeOver: boolean }>({
  brief: "Release a registered version: traffic as the evidence allows, back by itself; goes on where one was cut short",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    ...WAIT_FLAGS,
    version: { kind: "parsed", parse: String, brief: "Version of the model", default: "latest" },
    takeOver: { kind: "boolean", brief: "Take the endpoint from the release that holds its lock", default: false },
  },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await openModel(flags, bench);
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
    const result = await releaseModel(workspace, plan, model, context, {
      owner: releaseOwner(),
      takeOver: flags.takeOver,
    });
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
  brief: "Give all traffic back to the stable version, or to the one before",
  flags: { ...MODEL_COMMAND_FLAGS, ...WAIT_FLAGS },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await openModel(flags, bench);
    const { from, to, ms } = await rollbackModel(workspace, plan.endpoint.value.name, context);
    bench.renderer.result(`${plan.endpoint.value.name}: ${to} takes all traffic, ${from} none (${seconds(ms)})`, {
      endpoint: plan.endpoint.value.name,
      from,
      to,
      ms,
    });
    return EXIT.done;
  },
});

const score = command<ModelFlags & { readonly deployment?: string; readonly data?: string }>({
  brief: "Send one request to the endpoint",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    deployment: { kind: "parsed", parse: String, brief: "Ask this deployment, whatever the traffic", optional: true },
    data: { kind: "parsed", parse: String, brief: "JSON body, or @file (the first sample request)", optional: true },
  },
  aliases: { ...MODEL_ALIASES, d: "data" },
  async run(flags, bench) {
    const given = flags.data?.startsWith("@") ? await readBody(resolve(bench.cwd, flags.data.slice(1))) : flags.data;
    const { plan, workspace } = await openModel(flags, bench);
    const endpoint = await findEndpoint(workspace, plan.endpoint.value.name, bench.signal);
    if (endpoint === undefined)
      throw new QuaysideError(`endpoint ${plan.endpoint.value.name} does not exist`, {
        code: "mlops.endpoint-not-found",
        fault: "user",
        hint: "release a model: quayside model release",
      });
    const body = given ?? plan.sampleRequests[0] ?? "{}";
    const answer = await scoreModel(await openScoring(workspace, endpoint, bench.signal), body, flags.deployment, bench.signal);
    bench.renderer.result(answer.body, answer);
    return answer.status === 200 ? EXIT.done : EXIT.failed;
  },
});

function readBody(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new UsageError(`${file} cannot be read`, { code: "cli.unreadable-data", hint: "--data takes JSON or @file", cause });
  });
}

export const model = buildRouteMap({
  routes: { train, release, score, rollback, logs, history, watch, monitor },
  docs: { brief: BRIEFS.model },
});
