import type { DeploymentResult } from "../../arm/index.ts";
import type { JsonValue } from "../../base/index.ts";
import { armParameterValues, armTemplate } from "../../emit/index.ts";
import { type EvaluatedResource, evaluateProgram } from "../../ir/index.ts";
import {
  apply,
  type Delivered,
  findingLine,
  isUnchecked,
  preflight,
  refuse,
  runningNodes,
  type Verified,
  verify,
} from "../../ops/index.ts";
import { step } from "../../report/index.ts";
import { armEnvironment } from "../arm-environment.ts";
import { givesClusterRole, ownRole } from "./cluster-roles.ts";
import { elapsed, type Job, operations } from "./job.ts";
import { deliverObjects } from "./objects.ts";
import { nameScheduler, schedulerOrder } from "./scheduler.ts";
import { namedFor, whoRuns } from "./who-runs.ts";

/** The platform as it stands when a model can be trained on it. */
export interface Standing {
  /** What the definition promises, conditions applied. */
  readonly resources: readonly EvaluatedResource[];
  readonly verified: readonly Verified[];
  readonly deployment: DeploymentResult;
  /** Absent: not applied. */
  readonly objects?: Delivered;
  readonly deployMs: number;
}

export async function standUp(job: Job): Promise<Standing> {
  const { program } = job;
  const started = elapsed();
  const { filled, parameters, resources } = await promised(job);
  await preflightStep(job, resources);
  const { first, naming } = await schedulerOrder(job, parameters, resources);
  const given = { ...job.parameters, ...filled, ...first };
  const deployment = await deployStep(job, armTemplate(program), armParameterValues(program, given));
  const verified = await verifyStep(job, resources);
  const objects = await deliverObjects(job, { parameters, resources, roleIsNew: givesClusterRole(resources) });
  if (naming !== undefined) await nameScheduler(job, naming);
  return { resources, verified, deployment, ...(objects === undefined ? {} : { objects }), deployMs: elapsed() - started };
}

/** Values of parameters. */
type Known = Readonly<Record<string, JsonValue>>;

/** The definition for whoever runs this, and for what is there already. */
async function promised(job: Job) {
  const { client } = job.session;
  const caller = await whoRuns(client);
  const named = namedFor(caller, job.parameters);
  const { resources } = evaluate(job, { ...job.parameters, ...named });
  const [role, nodes] = await Promise.all([ownRole(client, caller, resources, job.bench.signal), nodesThatRun(job, resources)]);
  const filled = { ...named, ...role, ...nodes };
  return { filled, ...evaluate(job, { ...job.parameters, ...filled }) };
}

/** Pools that scale by themselves keep their nodes; a deployment would ask for the least otherwise. Printed parameters hold none. */
async function nodesThatRun(
  { program, parameters, session, bench }: Job,
  resources: readonly EvaluatedResource[],
): Promise<Known> {
  const isAsked = program.parameters.some(({ name }) => name === "runningNodes");
  if (!isAsked || Object.keys(parameters.runningNodes ?? {}).length > 0) return {};
  return { runningNodes: await runningNodes(session.client, resources, bench.signal) };
}

function evaluate({ program, session, bench, resourceGroup, location }: Job, parameters: Record<string, JsonValue>) {
  const { client, tenantId } = session;
  const evaluation = evaluateProgram(program, {
    parameters,
    subscriptionId: client.connection.subscriptionId,
    tenantId: tenantId ?? bench.env.AZURE_TENANT_ID ?? "00000000-0000-0000-0000-000000000000",
    resourceGroup: { name: resourceGroup, location },
    environment: armEnvironment(client.connection),
  });
  return { parameters: evaluation.parameters, resources: evaluation.resources.filter(({ condition }) => condition) };
}

function preflightStep({ session, bench, location }: Job, resources: readonly EvaluatedResource[]) {
  const { renderer, signal } = bench;
  return step(
    renderer,
    { step: "preflight", title: "ask what Azure would refuse" },
    async () => {
      const found = await preflight(session.client, { location, resources }, signal);
      for (const warning of found.warnings) renderer.emit("note", { message: findingLine(warning) });
      refuse(found);
      return found;
    },
    ({ quotas, warnings }) =>
      warnings.some(isUnchecked)
        ? "nothing that could be checked would be refused"
        : `names, sizes, versions and ${quotas.length} quotas can be had`,
  );
}

function deployStep(
  { session, bench, resourceGroup, location }: Job,
  template: ReturnType<typeof armTemplate>,
  parameters: ReturnType<typeof armParameterValues>,
) {
  return step(
    bench.renderer,
    { step: "deploy", title: `deploy the platform to ${resourceGroup}` },
    () =>
      apply(
        session.client,
        { resourceGroup, location, deployment: "quayside", template, parameters },
        operations(session, bench),
      ),
    ({ operations: done, durationMs }) =>
      `${done.length} resources${session.rehearsal === undefined ? "" : `, which takes Azure about ${Math.round(durationMs / 60_000)} minutes`}`,
  );
}

function verifyStep({ session, bench }: Job, resources: readonly EvaluatedResource[]) {
  return step(
    bench.renderer,
    { step: "verify", title: "read back what was promised" },
    () => verify(session.client, resources, operations(session, bench)),
    (found) => `${found.length} resources`,
  );
}
