import { addBlocks } from "../statistics/two-rates.ts";
import type { Collector } from "./collector.ts";
import type { Load } from "./load.ts";
import type { Pace } from "./metric-test.ts";
import type { RouterEvidence } from "./router-evidence.ts";
import type { Observation } from "./verdict.ts";

/** Where a verdict's observations come from, and how many requests of our own that takes. */
export interface Source {
  /** The share of the candidate from now on, in percent; `undefined` while it is being changed. */
  expect(percent: number | undefined): void;
  /** What was seen since the last call. */
  take(): Promise<Observation>;
  pace(): Pace;
}

export interface SourceOptions extends Demand {
  readonly collector: Collector;
  /** Absent: the evidence is about our own requests alone. */
  readonly router?: RouterEvidence | undefined;
  readonly load: Pick<Load, "setRate">;
}

/** What a release needs, and what of it users bring. */
export interface Demand {
  /** Of everybody's requests together. */
  readonly requestsPerSecond: number;
  /** `missing`: what users' requests lack of it; `always`: all of it beside them; `never`: none. */
  readonly send: "missing" | "always" | "never";
  /** Users' requests a second; in options as the release begins. */
  readonly users: number;
  /** Quality is judged by our own answers, so `missing` is never less than all. */
  readonly needsOwn?: boolean;
  /** The router mirrors; otherwise copies are of our own requests, which are all sent then, and counted by us. */
  readonly copiesAll?: boolean;
}

/** Requests a second that the release sends itself while the candidate has this share. */
export function ownRate({ requestsPerSecond, send, users, needsOwn, copiesAll }: Demand, percent: number | undefined): number {
  if (send === "always" || needsOwn === true || (percent === 0 && copiesAll !== true)) return requestsPerSecond;
  return send === "never" ? 0 : Math.max(0, requestsPerSecond - users);
}

/** Puts together what the router counted and what we saw ourselves. */
export function createSource({ collector, router, load, ...demand }: SourceOptions): Source {
  const { copiesAll = false } = demand;
  let { users } = demand;
  let own = 0;
  let isCounting = false;
  const setRate = (percent: number | undefined) => {
    own = ownRate({ ...demand, users }, percent);
    load.setRate(own);
  };
  let percent: number | undefined;
  setRate(percent);
  return {
    expect(next) {
      percent = next;
      if (percent !== undefined) setRate(percent);
      isCounting = router !== undefined && (percent !== 0 || copiesAll);
      collector.expect(percent, isCounting);
      router?.expect(percent);
    },
    async take() {
      const observed = await collector.take();
      if (!isCounting) return observed;
      const seen = await router?.take();
      if (seen === undefined) return observed;
      // Half the weight to the past: a rate that jumps with each look would move our own up and down.
      users = (users + Math.max(0, seen.requestsPerSecond - own)) / 2;
      setRate(percent);
      return { ...observed, ...seen, blocks: mergeErrors(observed, seen) };
    },
    pace: () => ({ users, own, copiesAll }),
  };
}

/** The router cannot know of requests that did not reach it. */
function mergeErrors(observed: Observation, seen: Observation): Observation["blocks"] {
  const { errors } = seen.blocks;
  const lost = observed.blocks.errors;
  return {
    ...observed.blocks,
    ...seen.blocks,
    ...(errors === undefined || lost === undefined ? {} : { errors: addBlocks(errors, lost) }),
  };
}
