import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { StoredFiles } from "../../arm/index.ts";
import { recordingReporter } from "../../report/index.ts";
import { collectedAnswers } from "./collected-answers.ts";
import { readLabels } from "./labels.ts";
import { localFiles } from "./local-files.ts";
import { createQuality } from "./quality.ts";

const folder = mkdtempSync(join(tmpdir(), "quayside-labels-"));
afterAll(() => rmSync(folder, { recursive: true }));

const NOW = Date.UTC(2026, 10, 23, 7, 30);

test("labels are read on as they are appended, also when the file comes late and a line is half written", async () => {
  const file = join(folder, "late.jsonl");
  const labels = readLabels(file, recordingReporter());
  labels.answered({ arm: "candidate", requestId: "r-1", rows: ['"a"'] });
  labels.answered({ arm: "stable", requestId: "r-2", rows: ["3"] });
  await labels.refresh();

  writeFileSync(file, '{"request_id":"r-1","label":"a"}\n{"request_id":"r-2",');
  await labels.refresh();
  const first = labels.take();
  appendFileSync(file, '"label":4}\n');
  await labels.refresh();

  expect(first).toEqual({ candidate: { requests: 1, events: 0 }, stable: { requests: 0, events: 0 } });
  expect(labels.take().stable).toEqual({ requests: 1, events: 1 });
});

test("a line that is no label is named and left out; the others count", async () => {
  const file = join(folder, "bad.jsonl");
  const reporter = recordingReporter();
  writeFileSync(file, 'not json\n\n{"request_id":"","label":1}\n{"request_id":"r-1","label":null}\n');
  const labels = readLabels(file, reporter);
  labels.answered({ arm: "candidate", requestId: "r-1", rows: ["null"] });

  await labels.refresh();

  expect(labels.counts.labelled.candidate).toBe(1);
  expect(reporter.events.map(({ payload }) => payload)).toEqual([
    { code: "mlops.bad-label", message: expect.stringMatching(/bad\.jsonl:1 is not \{"request_id": text, "label": value\}/) },
    { code: "mlops.bad-label", message: expect.stringContaining("bad.jsonl:3 is not") },
  ]);
});

test("users' answers are what the model servers collected since the release began", async () => {
  const place = (deployment: string) => join(folder, "collected", "iris", deployment, "model_outputs/2026/11/23/07");
  const event = (time: number, ...rows: object[]) => `${JSON.stringify({ time: new Date(time).toISOString(), data: rows })}\n`;
  const row = (id: string, label: string, high = 0.9) => ({
    quayside_row_id: id,
    label,
    probabilities_0: high,
    probabilities_1: 1 - high,
  });
  for (const deployment of ["blue", "green"]) mkdirSync(place(deployment), { recursive: true });
  writeFileSync(
    join(place("blue"), "one.jsonl"),
    event(NOW - 1, row("old/0", "a")) + event(NOW, row("r-1/0", "a"), row("r-2/0", "b")),
  );
  writeFileSync(join(place("green"), "one.jsonl"), event(NOW, row("r-3/0", "a"), row("r-3/1", "b", 0.7)));
  const file = join(folder, "users.jsonl");
  writeFileSync(
    file,
    ["old", "r-1", "r-2"].map((id) => `{"request_id":"${id}","label":"a"}\n`).join("") +
      '{"request_id":"r-3","label":["a","a"]}\n',
  );
  const quality = createQuality({
    collected: collectedAnswers({
      files: localFiles(join(folder, "collected")),
      endpoint: "iris",
      pair: { stable: "blue", candidate: "green" },
      since: NOW,
      now: () => NOW,
      failed: () => undefined,
    }),
    labels: readLabels(file, recordingReporter()),
    calibrated: { candidate: (confidence) => confidence, stable: () => 1 },
  });
  // Our own are among the collected ones and must not count twice.
  quality.answered("candidate", { body: 0, requestId: "r-9", answer: '{"predictions":["a"]}' });

  const { blocks, truth } = await quality.take();
  appendFileSync(join(place("green"), "two.jsonl"), event(NOW + 1000, row("r-4/0", "a")));
  const later = await quality.take();

  expect(blocks.wrong).toEqual({ candidate: { requests: 1, events: 0.5 }, stable: { requests: 2, events: 1 } });
  expect(blocks["estimated-wrong"]?.candidate.events).toBeCloseTo(0.2, 12);
  expect(truth).toMatchObject({ answered: { candidate: 2, stable: 2 }, labelled: { candidate: 2, stable: 2 }, unknown: 1 });
  expect(later.truth?.answered.candidate).toBe(3);
});

test("a store that is away for a while costs nothing: what it had is read when it is back, and one word is said", async () => {
  let isAway = false;
  const told: unknown[] = [];
  const text = `${JSON.stringify({ time: new Date(NOW).toISOString(), data: [{ quayside_row_id: "r-1/0", label: "a" }] })}\n`;
  const files: StoredFiles = {
    sizes: async (prefix) => {
      if (isAway) throw new Error("away");
      return new Map([[`${prefix}one.jsonl`, text.length]]);
    },
    read: async () => Buffer.from(text),
  };
  const options = { files, endpoint: "iris", pair: { stable: "blue", candidate: "green" }, since: NOW, now: () => NOW };
  const answers = collectedAnswers({ ...options, failed: (cause) => void told.push(cause) });
  const elsewhere = collectedAnswers({
    ...options,
    files: { ...files, sizes: () => Promise.reject(new Error("no such place")) },
    failed: () => undefined,
  });

  const first = await answers.read();
  isAway = true;
  const meanwhile = [await answers.read(), await answers.read()];
  isAway = false;

  expect(first.map(({ arm, requestId }) => `${arm} ${requestId}`)).toEqual(["candidate r-1", "stable r-1"]);
  expect(meanwhile).toEqual([[], []]);
  expect(told).toEqual([new Error("away")]);
  expect(await answers.read()).toEqual([]);
  await expect(elsewhere.read()).rejects.toThrow("no such place");
});

test("a file of labels that cannot be opened for a while is read when it can be", async () => {
  const place = join(folder, "moved");
  mkdirSync(place);
  const reporter = recordingReporter();
  const labels = readLabels(place, reporter);

  await labels.refresh();
  await labels.refresh();
  rmSync(place, { recursive: true });
  writeFileSync(place, '{"request_id":"r","label":"a"}\n');
  await labels.refresh();

  expect(labels.counts.unknown).toBe(1);
  expect(reporter.events.map(({ payload }) => payload)).toMatchObject([{ code: "mlops.labels-not-read" }]);
});

test("a label that is nested without end is a line that is left out", async () => {
  const file = join(folder, "deep.jsonl");
  const deep = `${"[".repeat(60_000)}${"]".repeat(60_000)}`;
  writeFileSync(file, `{"request_id":"r-1","label":${deep}}\n{"request_id":"r-2","label":"a"}\n`);
  const reporter = recordingReporter();
  const labels = readLabels(file, reporter);

  await labels.refresh();

  expect(labels.counts.unknown).toBe(1);
  expect(reporter.events.map(({ payload }) => payload)).toMatchObject([{ code: "mlops.bad-label" }]);
});
