import { QuaysideError, VerificationError } from "../../report/index.ts";
import { chiSquareP } from "../statistics/sample-ratio.ts";
import type { Left } from "./carry-over.ts";
import { evidenceOf } from "./evidence.ts";
import { secondsToPromotion } from "./predict.ts";
import type { Climb } from "./rollout.ts";
import type { Rules } from "./rules.ts";
import type { Source } from "./source.ts";
import type { TruthCounts } from "./truth-join.ts";
import { judge, see, type VerdictState } from "./verdict.ts";

/** The release could not be decided in its time. */
export class Undecided extends QuaysideError {
  override readonly name = "Undecided";
}

export interface SequentialClimb extends Climb {
  readonly rules: Rules;
  /** Where an earlier controller left off, or a fresh start. */
  readonly before: Left;
  readonly source: Source;
}

/** Looks ahead take some milliseconds of processor time that the load would feel. */
const LOOKS_PER_FORECAST = 6;

/** Gives the candidate the next share when the evidence allows it and not before; ends at 100 %. */
export async function climbByEvidence(climb: SequentialClimb): Promise<void> {
  const { plan, rules, positions, source, load, check, context, endpoint } = climb;
  const { checkSeconds, giveUpAfterSeconds } = plan.evidence;
  let { state } = climb.before;
  let { position } = climb;
  const started = context.clock.now() - climb.before.seconds * 1000;
  const seconds = () => (context.clock.now() - started) / 1000;
  /** On the release's own clock. */
  let promotedAt: number | undefined;
  let known: number | undefined;
  const forecastNow = () => {
    const left = secondsToPromotion(rules, state, position, {
      ...source.pace(),
      known,
      checkSeconds,
      giveUpAfterSeconds: Math.max(checkSeconds, giveUpAfterSeconds - seconds()),
    });
    promotedAt = left === undefined ? undefined : seconds() + left;
  };
  forecastNow();
  const isLate = rules.metrics.some(
    (rule) => rule.isLate === true && !rules.metrics.some(({ standsInFor }) => standsInFor === rule.name),
  );
  context.reporter.emit("note", { message: forecast(promotedAt, giveUpAfterSeconds, isLate) });

  const shown = () => ({
    percent: positions[position] ?? 0,
    seconds: seconds(),
    metrics: evidenceOf(rules, state, position),
  });
  const kept = () => ({ state, claims: rules.claims });
  const record = () => climb.record(shown(), kept());
  const move = async () => {
    source.expect(undefined);
    await climb.share(positions[position] ?? 100);
    source.expect(positions[position]);
    await record();
  };
  await move();
  for (let looks = 1; positions[position] !== 100; looks++) {
    await context.clock.sleep(checkSeconds * 1000, context.signal);
    await check();
    const secondsLeft = Math.max(0, giveUpAfterSeconds - seconds());
    const seen = await source.take();
    known = seen.truth && shareKnown(seen.truth);
    state = see(rules.metrics, state, seen, { pace: { ...source.pace(), known }, secondsLeft }, rules.confidence);
    if (looks % LOOKS_PER_FORECAST === 0) forecastNow();
    context.reporter.emit("load.progress", load.total());
    const evidence = {
      endpoint,
      ...shown(),
      requestsPerSecond: source.pace(),
      ...(seen.truth === undefined ? {} : { truth: seen.truth }),
      ...(promotedAt === undefined ? {} : { expectedSeconds: Math.max(checkSeconds, promotedAt - seconds()) }),
    };
    context.reporter.emit("release.evidence", evidence);
    climb.show(evidence, kept());
    const verdict = judge(rules.metrics, state, rules.confidence);
    if (verdict.kind !== "more-data") {
      await record();
      throw refusal(climb, state, position, verdict);
    }
    if (verdict.cleared > position) {
      position++;
      forecastNow();
      await move();
    } else if (seconds() >= giveUpAfterSeconds) {
      await record();
      throw new Undecided(
        `release undecided after ${Math.round(seconds())} s at ${positions[position]} %: ${counts(rules, state)}`,
        {
          code: "mlops.release-undecided",
          fault: "user",
          exitCode: 4,
          hint: "send more requests per second, allow a wider margin, or wait longer (rollout.evidence.giveUpAfterSeconds)",
        },
      );
    }
  }
}

function forecast(expectedSeconds: number | undefined, giveUpAfterSeconds: number, isLate: boolean): string {
  const condition = isLate ? ", if the truth of each answer comes at once" : "";
  return expectedSeconds === undefined
    ? `a release as good as the stable version takes longer than the ${giveUpAfterSeconds} s it may: send more requests or widen the margins`
    : `a release as good as the stable version takes about ${Math.round(expectedSeconds)} s${condition}`;
}

function shareKnown({ answered, labelled }: TruthCounts): number | undefined {
  const all = answered.candidate + answered.stable;
  return all === 0 ? undefined : (labelled.candidate + labelled.stable) / all;
}

function refusal(
  { rules, positions, pair }: SequentialClimb,
  state: VerdictState,
  position: number,
  verdict: { readonly kind: "roll-back"; readonly metric: string } | { readonly kind: "split-mismatch" },
): VerificationError {
  const { candidate, total, share } = state.split;
  const why =
    verdict.kind === "split-mismatch"
      ? `${pair.candidate} got ${candidate} of ${total} requests where ${Math.round(share * 100)} % was set (chi-square p ${chiSquareP(state.split).toExponential(1)}); such figures compare nothing`
      : counts({ ...rules, metrics: rules.metrics.filter(({ name }) => name === verdict.metric) }, state);
  const code = verdict.kind === "split-mismatch" ? "mlops.split-mismatch" : "mlops.release-rolled-back";
  return new VerificationError(`release stopped at ${positions[position]} %: ${why}`, [why], { code });
}

function counts(rules: Rules, state: VerdictState): string {
  const one = ({ events, requests }: { events: number; requests: number }) =>
    `${Number(events.toFixed(1))} of ${Math.round(requests)}`;
  return rules.metrics
    .flatMap(({ name, against }) => {
      const seen = state.metrics[name]?.seen;
      if (seen === undefined) return [];
      return [`${name} ${one(seen.candidate)}${against === "none" ? "" : ` against ${one(seen.stable)} of the stable version`}`];
    })
    .join("; ");
}
