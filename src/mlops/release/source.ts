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

export interface SourceOptions {
  readonly collector: Collector;
  /** Absent: the evidence is about our own requests alone. */
  readonly router?: RouterEvidence | undefined;
  readonly load: Pick<Load, "setRate">;
  /** What the release needs, of everybody's requests together. */
  readonly requestsPerSecond: number;
  /** `missing`: what users' requests lack of it; `always`: all of it beside them; `never`: none. */
  readonly send: "missing" | "always" | "never";
  /** Users' requests a second as the release begins. */
  readonly users: number;
  /** Quality is judged by our own answers, so `missing` is never less than all. */
  readonly needsOwn?: boolean;
}

/** While copies are compared there is no chance in who gets a request, so only our own are counted, and all of them are sent. */
export function createSource({
  collector,
  router,
  load,
  requestsPerSecond,
  send,
  needsOwn = false,
  ...options
}: SourceOptions): Source {
  let { users } = options;
  let own = 0;
  let isCounting = false;
  const setRate = (isMirror: boolean) => {
    own =
      send === "always" || isMirror || needsOwn
        ? requestsPerSecond
        : send === "never"
          ? 0
          : Math.max(0, requestsPerSecond - users);
    load.setRate(own);
  };
  setRate(false);
  return {
    expect(percent) {
      if (percent !== undefined) setRate(percent === 0);
      isCounting = router !== undefined && percent !== 0;
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
      setRate(false);
      return { ...observed, ...seen, blocks: mergeErrors(observed, seen) };
    },
    pace: () => ({ users, own }),
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
