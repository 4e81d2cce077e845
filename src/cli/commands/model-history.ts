import { openDocuments } from "../../arm/index.ts";
import { listReleases, type PastRelease, type Served, servedAt } from "../../mlops/index.ts";
import { EXIT, QuaysideError } from "../../report/index.ts";
import { command } from "../command.ts";
import { MODEL_ALIASES, MODEL_COMMAND_FLAGS, type ModelFlags, openModel } from "../model-command.ts";
import { positiveNumber } from "../numbers.ts";

interface HistoryFlags extends ModelFlags {
  readonly at?: Date;
  readonly limit: number;
}

export const history = command<HistoryFlags>({
  brief: "List releases with their evidence, or with --at what served at a time",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    at: { kind: "parsed", parse: time, brief: "A time such as 2026-11-23T16:05:00Z", optional: true },
    limit: { kind: "parsed", parse: positiveNumber, brief: "Releases to list, newest first", default: "20" },
  },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace } = await openModel(flags, bench);
    const endpoint = plan.endpoint.value.name;
    const documents = await openDocuments(workspace, bench.signal);
    if (flags.at === undefined) {
      const releases = await listReleases(documents, endpoint, flags.limit, bench.signal);
      const text = releases.length === 0 ? `${endpoint} has no releases yet` : releases.map(releaseText).join("\n");
      bench.renderer.result(text, { endpoint, releases });
      return EXIT.done;
    }
    const served = await servedAt(documents, endpoint, flags.at, bench.signal);
    if (served === undefined)
      throw new QuaysideError(`nothing is known about ${endpoint} at ${flags.at.toISOString()}; its first release came later`, {
        code: "mlops.no-history",
        fault: "user",
      });
    bench.renderer.result(servedText(endpoint, served), { endpoint, at: flags.at.toISOString(), ...served });
    return EXIT.done;
  },
});

function time(text: string): Date {
  const parsed = new Date(text);
  if (Number.isNaN(parsed.getTime())) throw new Error(`${text} is not a time such as 2026-11-23T16:05:00Z`);
  return parsed;
}

function releaseText({ release, started, ended, evidence }: PastRelease): string {
  const what = started === undefined ? "" : `${started.model.name}:${started.model.version} on ${started.deployment}`;
  const requests = ended?.requests === undefined ? "" : `; ${ended.requests} requests, ${ended.failed ?? 0} failed`;
  const outcome = ended === undefined ? "did not end" : `${ended.outcome}: ${ended.reason}${requests}`;
  const metrics = (evidence?.metrics ?? []).map(
    ({ name, candidate, stable }) =>
      `    ${name}: ${count(candidate)}${stable.requests === 0 ? "" : ` against ${count(stable)}`}`,
  );
  return [`${started?.at ?? ended?.at ?? release}  ${what.padEnd(24)} ${outcome}`, ...metrics].join("\n");
}

function count({ events, requests }: { readonly events: number; readonly requests: number }): string {
  return `${Number(events.toFixed(1))} of ${Math.round(requests)}`;
}

function servedText(endpoint: string, { since, shares }: Served): string {
  const models = shares.map(({ deployment, percent, model, version }) => `${model}:${version} ${percent} % (${deployment})`);
  return `${endpoint} served ${models.join(", ")} since ${since}`;
}
