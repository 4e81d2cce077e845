import { ArmError, type Endpoint, findEndpoint, setTraffic, type Tags, type Traffic, type Workspace } from "../../arm/index.ts";
import { jsonEqual } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { PipelineContext } from "../context.ts";
import type { Journal } from "./history.ts";
import { isMirrored, mirrorTo } from "./mirror-property.ts";
import { ENDED_TAG, type ModelName } from "./serving.ts";

/** Somebody moved the traffic meanwhile, such as an operator who rolled back: theirs stands. */
export class TrafficChanged extends QuaysideError {
  override readonly name = "TrafficChanged";
}

/** Moves the traffic of one endpoint and notices when somebody else does. */
export interface TrafficControl {
  /** Throws `TrafficChanged` when the endpoint's traffic is not what was set here, or when somebody ended this release. */
  check(signal?: AbortSignal): Promise<void>;
  /** `isMirrored`: the endpoint's router gives the candidate a copy of every request. */
  set(traffic: Traffic, isMirrored: boolean, signal?: AbortSignal): Promise<void>;
  /** The last change of a release: from then on the endpoint itself says that it has ended. */
  settle(traffic: Traffic, signal?: AbortSignal): Promise<void>;
}

export interface TrafficOptions {
  readonly workspace: Workspace;
  /** As it is found. */
  readonly endpoint: Endpoint;
  readonly candidate: string;
  readonly journal: Journal;
  readonly models: Readonly<Record<string, ModelName>>;
  readonly context: PipelineContext;
}

export function controlTraffic({ workspace, endpoint, candidate, journal, models, context }: TrafficOptions): TrafficControl {
  const { name } = endpoint;
  // Unknown while a change is under way, and after one that failed.
  let current: Traffic | undefined = positive(endpoint.traffic);
  let { properties } = endpoint;
  const check = async (signal?: AbortSignal) => {
    const found = await findEndpoint(workspace, name, signal);
    const traffic = positive(found?.traffic ?? {});
    const ended = found?.tags[ENDED_TAG] ?? "";
    if (ended < journal.release && (current === undefined || jsonEqual(traffic, { ...current }))) return;
    const what =
      ended < journal.release
        ? `gave endpoint ${name} the traffic ${JSON.stringify(traffic)} while ${JSON.stringify(current)} was tried`
        : `ended this release of endpoint ${name} with the traffic ${JSON.stringify(traffic)}`;
    throw new TrafficChanged(`somebody else ${what}; it stays so`, { code: "mlops.traffic-changed", fault: "user" });
  };
  const isSet = (traffic: Traffic) => current !== undefined && jsonEqual(positive(traffic), { ...current });
  const change = async (traffic: Traffic, more: { tags: Tags; properties: Tags }, signal?: AbortSignal) => {
    const moves = !isSet(traffic);
    current = undefined;
    await moveTraffic(workspace, name, { traffic, ...more }, context, signal);
    current = positive(traffic);
    properties = { ...properties, ...more.properties };
    if (!moves) return;
    context.reporter.emit("endpoint.traffic", { endpoint: name, traffic });
    // After the fact: users do not wait for the history.
    await journal.append("traffic", { traffic, models }, signal);
  };
  return {
    check,
    async set(traffic, isMirroring, signal) {
      const wanted = mirrorTo(properties, candidate, isMirroring);
      if (!isSet(traffic) || !isMirrored(properties, wanted)) await change(traffic, { tags: {}, properties: wanted }, signal);
    },
    settle: (traffic, signal) =>
      change(traffic, { tags: { [ENDED_TAG]: journal.release }, properties: mirrorTo(properties, candidate, false) }, signal),
  };
}

/** A minute at Azure's pace. */
const MOST_CONFLICTS = 12;

/** Azure ML changes an endpoint one operation at a time and refuses others with 409 meanwhile; a rollback must get through. */
export async function moveTraffic(
  workspace: Workspace,
  endpoint: string,
  { traffic, ...more }: { readonly traffic: Traffic; readonly tags: Tags; readonly properties: Tags },
  { clock, pollMs }: PipelineContext,
  signal?: AbortSignal,
): Promise<Endpoint> {
  for (let conflicts = 0; ; conflicts++) {
    try {
      return await setTraffic(workspace, endpoint, traffic, more, signal);
    } catch (error) {
      if (!(error instanceof ArmError) || error.status !== 409 || conflicts === MOST_CONFLICTS) throw error;
      await clock.sleep(pollMs, signal);
    }
  }
}

/** In one order and without zeros, so that equal traffic compares equal. */
function positive(traffic: Traffic): Record<string, number> {
  return Object.fromEntries(
    Object.entries(traffic)
      .filter(([, percent]) => percent > 0)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
