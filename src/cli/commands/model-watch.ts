import { type Frame, watch as watchEndpoint } from "../../mlops/index.ts";
import { EXIT } from "../../report/index.ts";
import { command } from "../command.ts";
import { MODEL_ALIASES, MODEL_COMMAND_FLAGS, type ModelFlags, openModel } from "../model-command.ts";
import { positiveNumber } from "../numbers.ts";
import { seconds } from "../render/index.ts";

interface WatchFlags extends ModelFlags {
  readonly every: number;
  readonly once: boolean;
}

const HOME = "\u001b[H\u001b[J";

export const watch = command<WatchFlags>({
  brief: "Show traffic, rates, latencies and the state of a release's evidence, until interrupted",
  fullDescription:
    "Figures come from the router's /metrics where it can be reached; where it cannot, a few requests a second are sent to measure.",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    every: { kind: "parsed", parse: positiveNumber, brief: "Seconds between two pictures", default: "2" },
    once: { kind: "boolean", brief: "Show one picture and end", default: false },
  },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await openModel(flags, bench);
    const body = plan.sampleRequests[0] ?? "{}";
    const redraw = !flags.once && process.stdout.isTTY ? HOME : "";
    try {
      for await (const frame of watchEndpoint(workspace, plan.endpoint.value.name, body, flags.every, context)) {
        bench.renderer.result(redraw + picture(frame), frame);
        if (flags.once) break;
      }
    } catch (error) {
      // Interrupting is how watching ends.
      if (!bench.signal.aborted) throw error;
    }
    return EXIT.done;
  },
});

const BAR = 20;

/** A frame as text. */
export function picture({ endpoint, source, deployments, evidence }: Frame): string {
  const heading = `${endpoint} ${source === "probe" ? "(own requests)" : ""}`.trimEnd();
  return [
    row([heading, "model", "traffic", "requests/s", "failed", "p50", "p99"]),
    ...deployments.map(({ name, model, percent, figures }) =>
      row([
        `  ${name}`,
        model,
        `${percent} %`,
        figures?.requestsPerSecond.toFixed(1) ?? "",
        figures === undefined ? "" : `${(figures.failed * 100).toFixed(2)} %`,
        latency(figures?.p50Ms),
        latency(figures?.p99Ms),
      ]),
    ),
    ...(evidence === undefined ? [] : ["", ...evidenceLines(evidence)]),
  ].join("\n");
}

function evidenceLines(evidence: NonNullable<Frame["evidence"]>): string[] {
  const { percent, seconds: elapsed, expectedSeconds, metrics, requestsPerSecond: rate, truth } = evidence;
  const left =
    expectedSeconds === undefined
      ? "no end in sight at this rate"
      : `about ${seconds(expectedSeconds * 1000)} more if it is as good`;
  return [
    `release at ${percent} % for ${seconds(elapsed * 1000)}, ${left}`,
    `  evidence from ${rate.users.toFixed(1)} requests/s of users and ${rate.own.toFixed(1)} of its own`,
    ...(truth === undefined ? [] : [truthLine(truth)]),
    ...metrics.map(({ name, candidate, stable, toGoOn, toRollBack }) => {
      const counts = `${count(candidate)}${stable.requests === 0 ? "" : ` against ${count(stable)}`}`;
      return `  ${name.padEnd(16)} ${counts.padEnd(34)} on ${bar(toGoOn)} back ${bar(toRollBack)}`;
    }),
  ];
}

function truthLine({ answered, labelled, unknown, conflicts, misfits }: Truth): string {
  const part = (arm: "candidate" | "stable") => `${labelled[arm]} of ${answered[arm]} answers`;
  const odd = [
    [unknown, "of unknown requests"],
    [conflicts, "against an earlier label"],
    [misfits, "of another length"],
  ].flatMap(([amount, what]) => (amount === 0 ? [] : [`${amount} ${what}`]));
  return [`  truth known of ${part("candidate")} against ${part("stable")}`, ...odd].join(", ");
}

type Truth = NonNullable<NonNullable<Frame["evidence"]>["truth"]>;

function count({ events, requests }: { readonly events: number; readonly requests: number }): string {
  return `${Number(events.toFixed(1))} of ${Math.round(requests)}`;
}

function bar(share: number): string {
  const filled = Math.round(share * BAR);
  return `${"█".repeat(filled)}${"░".repeat(BAR - filled)} ${String(Math.round(share * 100)).padStart(3)} %`;
}

const WIDTHS = [26, 14, 9, 12, 9, 10, 10];

function row(cells: readonly string[]): string {
  return cells
    .map((cell, at) => (at < 2 ? cell.padEnd(WIDTHS[at] ?? 10) : cell.padStart(WIDTHS[at] ?? 10)))
    .join("")
    .trimEnd();
}

/** Bounds of buckets are upper bounds. */
function latency(ms: number | undefined): string {
  if (ms === undefined) return "";
  return Number.isFinite(ms) ? `${Number(ms.toPrecision(3))} ms` : "> 10 s";
}
