import { expect, test } from "vitest";
import type { Documents } from "../../arm/index.ts";
import { recordingReporter } from "../../report/index.ts";
import { type Journal, lacksEnd, lastEvidence, listReleases, newReleaseId, openJournal, servedAt, startOf } from "./history.ts";

const signal = new AbortController().signal;
const iris = (version: string) => ({ name: "iris", version });

function memory(fail = false): Documents {
  const pages = new Map<string, string>();
  return {
    write: async (path, text) => {
      if (fail) throw new Error("the store is away");
      pages.set(path, text);
      return true;
    },
    read: async (path) => pages.get(path),
    list: async (prefix) => [...pages.keys()].filter((path) => path.startsWith(prefix)).sort(),
    lease: async () => undefined,
    breakLease: async () => undefined,
  };
}

const QUIET = { reporter: recordingReporter(), signal, pollMs: 1, newId: () => "x" };

/** Two releases, an hour apart, of which the second did not end. */
async function twoReleases(): Promise<Documents> {
  const documents = memory();
  let now = Date.parse("2026-11-23T10:00:00Z");
  const context = { ...QUIET, clock: { now: () => now, sleep: async () => undefined } };
  const open = (): Journal => openJournal(documents, "e", newReleaseId(now, "x"), context);
  const started = { deployment: "blue", strategy: "canary", verdict: "sequential", resumed: false };
  const first = open();
  await first.append("started", { ...started, model: iris("1") });
  await first.append("traffic", { traffic: { blue: 100 }, models: { blue: iris("1") } });
  await first.append("ended", { outcome: "promoted", reason: "the first version" });
  now += 3_600_000;
  const second = open();
  const models = { blue: iris("1"), green: iris("2") };
  await second.append("started", { ...started, deployment: "green", model: iris("2"), replaces: "blue" });
  now += 60_000;
  await second.append("traffic", { traffic: { blue: 90, green: 10 }, models });
  for (const candidate of [5, 9])
    await second.append("evidence", {
      percent: 10,
      seconds: candidate * 10,
      claims: "c",
      metrics: [],
      state: { metrics: {}, split: { candidate, total: 90, share: 0.1 } },
    });
  return documents;
}

test("releases are listed newest first, with how they ended or that they did not", async () => {
  const releases = await listReleases(await twoReleases(), "e", 10, signal);

  expect(releases.map(({ started, ended }) => [started?.model.version, ended?.outcome])).toEqual([
    ["2", undefined],
    ["1", "promoted"],
  ]);
});

test.each([
  ["2026-11-23T10:30:00Z", [["iris", "1", 100]]],
  ["2026-11-23T11:00:59.999Z", [["iris", "1", 100]]],
  [
    "2026-11-23T11:01:00Z",
    [
      ["iris", "1", 90],
      ["iris", "2", 10],
    ],
  ],
])("at %s the endpoint served what the traffic said last", async (time, expected) => {
  const served = await servedAt(await twoReleases(), "e", new Date(time), signal);

  expect(served?.shares.map(({ model, version, percent }) => [model, version, percent])).toEqual(expected);
});

test("before the first release nothing is known", async () => {
  expect(await servedAt(await twoReleases(), "e", new Date("2026-11-23T09:59:59Z"), signal)).toBeUndefined();
});

test("the evidence to go on from is the last that was written", async () => {
  const documents = await twoReleases();
  const [unfinished] = await listReleases(documents, "e", 1, signal);

  const last = await lastEvidence(documents, "e", unfinished?.release ?? "", signal);

  expect(last).toMatchObject({ state: { split: { candidate: 9 } }, claims: "c", seconds: 90 });
});

test("a page that is damaged is passed over for the one before it", async () => {
  const documents = await twoReleases();
  const [unfinished] = await listReleases(documents, "e", 1, signal);
  const path = (await documents.list("", signal)).findLast((one) => one.endsWith("-evidence.json")) ?? "";
  await documents.write(path, '{"percent": 10, "met', { replace: true });

  const last = await lastEvidence(documents, "e", unfinished?.release ?? "", signal);

  expect(last?.state.split.candidate).toBe(5);
  await expect(listReleases(documents, "e", 1, signal)).rejects.toMatchObject({ code: "mlops.bad-history" });
});

test("a release that was held and goes on has its whole time again, and lacks its end until it has one", async () => {
  const documents = await twoReleases();
  const [unfinished] = await listReleases(documents, "e", 1, signal);
  const release = unfinished?.release ?? "";
  let now = Date.parse("2026-11-23T13:00:00Z");
  const clock = { now: () => now++, sleep: async () => undefined };
  const journal = openJournal(documents, "e", release, { ...QUIET, clock });

  await journal.append("ended", { outcome: "undecided", reason: "time" });
  const held = await lastEvidence(documents, "e", release, signal);
  const ended = await lacksEnd(documents, "e", release, signal);
  const started = { deployment: "green", strategy: "canary", verdict: "sequential", model: iris("2") };
  await journal.append("started", { ...started, resumed: true });

  expect(held).toMatchObject({ state: { split: { candidate: 9 } }, seconds: 0 });
  expect([ended, await lacksEnd(documents, "e", release, signal)]).toEqual([false, true]);
});

test("a store that is away is a warning and stops nothing", async () => {
  const reporter = recordingReporter();
  const context = { reporter, clock: { now: () => 0, sleep: async () => undefined }, signal, pollMs: 1, newId: () => "x" };

  await openJournal(memory(true), "e", "r", context).append("ended", { outcome: "rolled-back", reason: "why" });

  expect(reporter.events.map(({ payload }) => payload)).toEqual([
    { code: "mlops.history-not-written", message: "the history of e lacks a page: the store is away" },
  ]);
});

test("the id of a release tells when it began", () => {
  const began = Date.UTC(2026, 10, 23, 16, 12, 50, 123);

  expect(startOf(newReleaseId(began, "a-b"))).toBe(began);
});
