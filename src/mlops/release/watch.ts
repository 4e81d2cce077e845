import { Pool } from "undici";
import { z } from "zod";
import { findEndpoint, listDeployments, openDocuments, type Workspace } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import { openScoring, scoringHeaders } from "../score.ts";
import { metric } from "./history.ts";
import { latencyHistogram } from "./latency-histogram.ts";
import { livePath } from "./live.ts";
import { exchange } from "./load.ts";
import { between, type Figures, fetchRouterMetrics, type Reading } from "./router-metrics.ts";
import { modelsOf } from "./serving.ts";

/** One picture of an endpoint. */
export interface Frame {
  readonly endpoint: string;
  /** Where the figures come from: all traffic, or requests sent for the purpose. */
  readonly source: "router" | "probe";
  readonly deployments: readonly {
    readonly name: string;
    readonly percent: number;
    readonly model: string;
    readonly figures?: Figures;
  }[];
  /** Of the release that runs, as its controller wrote it down last. */
  readonly evidence?: LiveEvidence;
}

const counts = z.object({ candidate: z.number(), stable: z.number() });

const live = z.object({
  at: z.string(),
  release: z.string(),
  checkSeconds: z.number().default(10),
  percent: z.number(),
  seconds: z.number(),
  requestsPerSecond: z.object({ users: z.number(), own: z.number() }),
  metrics: z.array(metric),
  truth: z
    .object({
      answered: counts,
      labelled: counts,
      unknown: z.number(),
      duplicates: z.number(),
      conflicts: z.number(),
      misfits: z.number(),
    })
    .optional(),
  expectedSeconds: z.number().optional(),
});
export type LiveEvidence = z.output<typeof live>;

/** A release writes at each look; a page that missed some is of one that died. */
const LOOKS_UNTIL_STALE = 3;

/** Takes pictures of an endpoint, `seconds` apart, until the signal ends it. */
export async function* watch(
  workspace: Workspace,
  endpointName: string,
  body: string,
  seconds: number,
  context: PipelineContext,
): AsyncGenerator<Frame> {
  const { signal, clock } = context;
  const endpoint = await findEndpoint(workspace, endpointName, signal);
  if (endpoint === undefined)
    throw new QuaysideError(`endpoint ${endpointName} does not exist`, { code: "mlops.endpoint-not-found", fault: "user" });
  const documents = await openDocuments(workspace, signal);
  const read = () => fetchRouterMetrics(endpoint.scoringUri, endpointName, signal);
  let before = await read();
  const scoring = await openScoring(workspace, endpoint, signal);
  for (;;) {
    const figures = before === undefined ? await probe(scoring.url, scoringHeaders(scoring), body, seconds, context) : undefined;
    if (figures === undefined) await clock.sleep(seconds * 1000, signal);
    const after = await read();
    const [current, deployments, evidence] = await Promise.all([
      findEndpoint(workspace, endpointName, signal),
      listDeployments(workspace, endpointName, signal),
      documents.read(livePath(endpointName), signal).catch(() => undefined),
    ]);
    const models = modelsOf(deployments);
    const recent = recentEvidence(evidence, clock.now());
    yield {
      endpoint: endpointName,
      source: figures === undefined ? "router" : "probe",
      deployments: deployments.map(({ name }) => {
        const seen = figures?.get(name) ?? differenceOf(before, after, name, seconds);
        return {
          name,
          percent: current?.traffic[name] ?? 0,
          model: models[name] === undefined ? "" : `${models[name].name}:${models[name].version}`,
          ...(seen === undefined ? {} : { figures: seen }),
        };
      }),
      ...(recent === undefined ? {} : { evidence: recent }),
    };
    before = after;
  }
}

function differenceOf(
  before: Reading | undefined,
  after: Reading | undefined,
  deployment: string,
  seconds: number,
): Figures | undefined {
  const counted = after?.deployments.get(deployment);
  const known = before?.process === after?.process ? before?.deployments.get(deployment) : undefined;
  return counted === undefined ? undefined : between(known, counted, seconds);
}

function recentEvidence(text: string | undefined, now: number): LiveEvidence | undefined {
  const parsed = live.safeParse(parseJson(text ?? ""));
  if (!parsed.success) return undefined;
  const { at, checkSeconds } = parsed.data;
  return now - Date.parse(at) < LOOKS_UNTIL_STALE * Math.max(10, checkSeconds) * 1000 ? parsed.data : undefined;
}

const PROBES_PER_SECOND = 5;

/** Asks the endpoint itself, a few times a second, and keeps apart who answered. */
async function probe(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  seconds: number,
  { clock, signal }: PipelineContext,
): Promise<Map<string, Figures>> {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, { connections: 1 });
  const seen = new Map<string, { latency: ReturnType<typeof latencyHistogram>; failed: number }>();
  try {
    for (let sent = 0; sent < PROBES_PER_SECOND * seconds; sent++) {
      const started = performance.now();
      const { deployment, ok } = await exchange(pool, pathname + search, headers, body);
      const own = seen.get(deployment) ?? { latency: latencyHistogram(), failed: 0 };
      seen.set(deployment, own);
      own.latency.add(performance.now() - started);
      if (!ok) own.failed++;
      await clock.sleep(1000 / PROBES_PER_SECOND, signal);
    }
  } finally {
    await pool.close();
  }
  return new Map(
    [...seen].map(([name, { latency, failed }]) => [
      name,
      {
        requestsPerSecond: latency.count / seconds,
        failed: failed / latency.count,
        p50Ms: latency.quantile(0.5),
        p99Ms: latency.quantile(0.99),
      },
    ]),
  );
}
