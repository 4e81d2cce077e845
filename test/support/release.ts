import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { Pool } from "undici";
import { type ArmClient, connect, createArmClient, findModel, type ModelVersion, type Workspace } from "../../src/arm/index.ts";
import { asString, isObject, type JsonObject, systemClock } from "../../src/base/index.ts";
import { startWorld, type World } from "../../src/cloud/providers/machine-learning/endpoints/testing.ts";
import type { TestCloudOptions } from "../../src/cloud/testing.ts";
import type { PipelineContext } from "../../src/mlops/context.ts";
import { onlineDeployment, onlineEndpoint } from "../../src/mlops/files/endpoint.ts";
import { commandJob } from "../../src/mlops/files/job.ts";
import { releasePlan } from "../../src/mlops/files/release.ts";
import type { ModelPlan } from "../../src/mlops/plan.ts";
import { type Events, type RecordedEvent, recordingReporter, Secret } from "../../src/report/index.ts";
import { claimsOf, trust } from "./platform.ts";
import { STUMP } from "./stump.ts";

/** How a process finds a cloud and its workspace; plain data, so that a child may be told. */
export interface Whereabouts {
  readonly arm: string;
  readonly proxy: string;
  readonly caFile: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly workspace: string;
}

/** An embedded Azure with a workspace in which two versions of a small model are registered. */
export interface ReleaseWorld extends AsyncDisposable {
  readonly world: World;
  readonly where: Whereabouts;
  readonly workspace: Workspace;
  model(version: "1" | "2"): Promise<ModelVersion>;
}

export async function startReleaseWorld(options: TestCloudOptions = {}): Promise<ReleaseWorld> {
  const world = await startWorld(options);
  const { cloud } = world.test;
  const { oid } = claimsOf(await world.test.token());
  await world.test.assign(oid, "storageBlobDataContributor", `${world.test.subscription}/resourceGroups/rg`);
  for (const version of ["1", "2"]) await world.model("stump", version, { "model.onnx": STUMP });
  await world.environment("serve", "quayside-serve:0.1.0");
  const where: Whereabouts = {
    arm: cloud.endpoints.arm,
    proxy: cloud.proxy,
    caFile: cloud.caFile,
    subscriptionId: cloud.subscriptionId,
    tenantId: cloud.tenantId,
    clientId: cloud.credentials.clientId,
    clientSecret: cloud.credentials.clientSecret.reveal(),
    workspace: world.workspace,
  };
  const workspace = await openWhereabouts(where);
  return {
    world,
    where,
    workspace,
    model: (version) => modelVersion(workspace, version),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

/** `around` may stand between the pipeline and ARM. */
export async function openWhereabouts(
  where: Whereabouts,
  around: (client: ArmClient) => ArmClient = (client) => client,
): Promise<Workspace> {
  trust(where.caFile);
  const { arm: cloud, subscriptionId, proxy, tenantId, clientId } = where;
  const credentials = { tenantId, clientId, clientSecret: new Secret(where.clientSecret) };
  const client = around(createArmClient(await connect({ cloud, subscriptionId, proxy, credentials })));
  return { client, id: where.workspace, name: "mlw", location: "eastus", api: "" };
}

export async function modelVersion(workspace: Workspace, version: string, name = "stump"): Promise<ModelVersion> {
  const model = await findModel(workspace, name, version);
  if (model === undefined) throw new Error(`model ${name}:${version} is not registered`);
  return model;
}

const BODY = JSON.stringify({ data: [[0.9, 0]] });

export interface Front extends AsyncDisposable {
  /** Makes the endpoint's scoring address this front's. */
  readonly around: (client: ArmClient) => ArmClient;
}

/** Stands before an endpoint's router as another cloud's own would: it scores, and shows no counters. `headers` go to requests that name no deployment. */
export async function startFront(
  { world }: ReleaseWorld,
  endpoint: string,
  headers: () => Record<string, string> = () => ({}),
): Promise<Front> {
  const { properties } = (await world.test.ask("GET", `${world.workspace}/onlineEndpoints/${endpoint}`)).json;
  const target = isObject(properties) ? asString(properties.scoringUri) : "";
  const pool = new Pool(new URL(target).origin, { connections: 16 });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/metrics") return void response.writeHead(404).end();
      const { authorization = "", "azureml-model-deployment": deployment } = request.headers;
      const sent = {
        "content-type": "application/json",
        authorization,
        ...headers(),
        ...(typeof deployment === "string" ? { "azureml-model-deployment": deployment } : {}),
      };
      pool
        .request({ path: request.url ?? "/", method: "POST", headers: sent, body: Buffer.concat(chunks) })
        .then(async (answer) => {
          const { "azureml-model-deployment": answered = "", "x-request-id": id = "" } = answer.headers;
          response.writeHead(answer.statusCode, { "azureml-model-deployment": answered, "x-request-id": id });
          response.end(await answer.body.text());
        })
        .catch(() => response.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const moved = (body: JsonObject): JsonObject =>
    isObject(body.properties) && body.properties.scoringUri === target
      ? { ...body, properties: { ...body.properties, scoringUri: target.replace(/:\d+/, `:${port}`) } }
      : body;
  return {
    around: (client) => ({
      ...client,
      find: async (...call) => {
        const body = await client.find(...call);
        return body && moved(body);
      },
    }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pool.close();
    },
  };
}

/** Margins are wide and looks frequent, so that a release takes a second or two. */
export function planOf(endpoint: string, rollout: object = {}): ModelPlan {
  const loaded = <T>(value: T) => ({ value, file: "", folder: "" });
  return {
    folder: "",
    release: releasePlan.parse({
      model: "stump",
      candidates: [{ name: "only" }],
      gate: { minimum: {}, champion: { margin: 1 } },
      rollout: {
        requests: "requests.json",
        smoke: { requests: 2 },
        steps: [50, 100],
        load: { requestsPerSecond: 200 },
        ...rollout,
        evidence: {
          errors: { margin: 0.3 },
          latency: { margin: 0.5, atLeastMs: 200 },
          disagreement: { limit: 0.3 },
          checkSeconds: 0.2,
          giveUpAfterSeconds: 60,
          ...("evidence" in rollout ? (rollout.evidence as object) : {}),
        },
      },
    }),
    job: loaded(
      commandJob.parse({
        type: "command",
        experiment_name: "stump",
        code: ".",
        command: "true",
        environment: "azureml:serve:1",
        compute: "azureml:k8s",
      }),
    ),
    endpoint: loaded(onlineEndpoint.parse({ name: endpoint, compute: "azureml:k8s" })),
    deployment: loaded(onlineDeployment.parse({ name: "blue", model: "azureml:stump@latest", environment: "azureml:serve:1" })),
    sampleRequests: [BODY],
  };
}

export function contextOf(signal: AbortSignal = new AbortController().signal): PipelineContext & {
  readonly events: readonly RecordedEvent[];
} {
  const reporter = recordingReporter();
  return {
    reporter,
    clock: systemClock,
    signal,
    pollMs: 20,
    newId: () => randomBytes(4).toString("hex"),
    events: reporter.events,
  };
}

export function notesOf(events: readonly RecordedEvent[]): string[] {
  return events.flatMap(({ name, payload }) => (name === "note" && "message" in payload ? [payload.message] : []));
}

/** What a release said about its evidence, look by look. */
export function looksOf(events: readonly RecordedEvent[]): Events["release.evidence"][] {
  return events.flatMap(({ name, payload }) => (name === "release.evidence" ? [payload as Events["release.evidence"]] : []));
}
