import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { recordingReporter } from "../../report/index.ts";
import { createQuality } from "./quality.ts";
import { sampleTruth } from "./sample-truth.ts";

const folder = mkdtempSync(join(tmpdir(), "quayside-quality-"));
const truthFile = join(folder, "truth.json");
afterAll(() => rmSync(folder, { recursive: true }));

const own = (body: number, answer: string) => ({ body, answer, requestId: `r-${body}` });

test("answers to samples wait for their truth and are judged once, when it comes", async () => {
  writeFileSync(truthFile, '[["a"], null]');
  const quality = createQuality({ samples: await sampleTruth(truthFile, recordingReporter()) });
  quality.answered("candidate", own(0, '{"predictions":["a"]}'));
  quality.answered("candidate", own(1, '{"predictions":["a"]}'));
  quality.answered("stable", own(1, '{"predictions":["b"]}'));

  const early = await quality.take();
  writeFileSync(truthFile, '[["a"], ["b"]]');
  const late = await quality.take();
  const after = await quality.take();

  expect(early.blocks.wrong).toEqual({ candidate: { requests: 1, events: 0 }, stable: { requests: 0, events: 0 } });
  expect(late.blocks.wrong).toEqual({ candidate: { requests: 1, events: 1 }, stable: { requests: 1, events: 0 } });
  expect(after.blocks.wrong?.candidate.requests).toBe(0);
});

test("without truth, calibrated confidence says how many answers are likely wrong", async () => {
  const half = () => 0.5;
  const quality = createQuality({ calibrated: { candidate: half, stable: (confidence) => confidence } });
  quality.answered("candidate", own(0, '{"predictions":["a"],"probabilities":[[0.9,0.1]]}'));
  quality.answered("stable", own(0, '{"predictions":["a"],"probabilities":[[0.9,0.1]]}'));
  quality.answered("stable", own(0, '{"predictions":["a"]}'));

  const { "estimated-wrong": estimated } = (await quality.take()).blocks;

  expect(estimated?.candidate).toEqual({ requests: 1, events: 0.5 });
  expect(estimated?.stable.requests).toBe(1);
  expect(estimated?.stable.events).toBeCloseTo(0.1, 12);
});

test("a truth file that is no array is refused by name at first, and warned about later", async () => {
  writeFileSync(truthFile, '{"0":["a"]}');
  const reporter = recordingReporter();
  await expect(sampleTruth(truthFile, reporter)).rejects.toMatchObject({
    code: "mlops.bad-truth",
    message: expect.stringContaining("truth.json must be a JSON array"),
  });

  writeFileSync(truthFile, '[["a"]]');
  const quality = createQuality({ samples: await sampleTruth(truthFile, reporter) });
  quality.answered("candidate", own(0, '{"predictions":["b"]}'));
  writeFileSync(truthFile, '[["a"');

  expect((await quality.take()).blocks.wrong?.candidate).toEqual({ requests: 1, events: 1 });
  expect(reporter.events).toMatchObject([{ name: "warning", payload: { code: "mlops.bad-truth" } }]);
});
