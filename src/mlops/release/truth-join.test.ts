import fc from "fast-check";
import { expect, test } from "vitest";
import { createTruthJoin } from "./truth-join.ts";

const answer = (requestId: string, ...predictions: string[]) => ({
  arm: requestId.startsWith("c") ? ("candidate" as const) : ("stable" as const),
  requestId,
  rows: predictions.map((one) => JSON.stringify(one)),
});

test("a label that comes late judges the answer that it belongs to, once", () => {
  const join = createTruthJoin();
  join.answered(answer("c1", "a"));
  join.answered(answer("s1", "a"));
  expect(join.take().candidate.requests).toBe(0);

  join.label("c1", "b");
  join.label("s1", "a");

  expect(join.take()).toEqual({ candidate: { requests: 1, events: 1 }, stable: { requests: 1, events: 0 } });
  expect(join.take().candidate.requests).toBe(0);
});

test("a label that comes before its answer waits for it, and counts as unknown until then", () => {
  const join = createTruthJoin();
  join.label("c1", "a");
  expect(join.counts.unknown).toBe(1);

  join.answered(answer("c1", "a"));

  expect(join.take().candidate).toEqual({ requests: 1, events: 0 });
  expect(join.counts).toMatchObject({ unknown: 0, labelled: { candidate: 1 } });
});

test("the same label again changes nothing, another one is a conflict and the first stands", () => {
  const join = createTruthJoin();
  join.answered(answer("c1", "a"));
  join.label("c1", "a");
  join.label("c1", "a");
  join.label("c1", "b");
  join.label("early", "x");
  join.label("early", "y");

  expect(join.take().candidate).toEqual({ requests: 1, events: 0 });
  expect(join.counts).toMatchObject({ duplicates: 1, conflicts: 2, unknown: 1 });
});

test("rows of a request are labelled together or one by one and count for one request", () => {
  const join = createTruthJoin();
  join.answered(answer("c1", "a", "b"));
  join.answered(answer("c2", "a", "b"));
  join.answered(answer("c3", "a", "b"));
  join.label("c1", ["a", "x"]);
  join.label("c2/1", "x");
  join.label("c3", ["a"]);
  join.label("c3/2", "a");

  expect(join.take().candidate).toEqual({ requests: 1.5, events: 1 });
  expect(join.counts).toMatchObject({ answered: { candidate: 6 }, labelled: { candidate: 3 }, misfits: 1, unknown: 1 });
});

test("a mirrored request has one id and an answer of each version, which its label judges both", () => {
  const join = createTruthJoin();
  join.answered({ arm: "stable", requestId: "m", rows: ['"a"'] });
  join.label("m", "a");
  join.answered({ arm: "candidate", requestId: "m", rows: ['"b"'] });
  join.label("m", "a");

  expect(join.take()).toEqual({ candidate: { requests: 1, events: 1 }, stable: { requests: 1, events: 0 } });
  expect(join.counts).toMatchObject({ duplicates: 1, conflicts: 0 });
});

test("the oldest answers and labels are forgotten when there are too many", () => {
  const join = createTruthJoin({ served: 2, waiting: 2 });
  for (const id of ["c1", "c2", "c3"]) join.answered(answer(id, "a"));
  join.label("c1", "a");
  join.label("c3", "a");
  for (const id of ["x", "y", "z"]) join.label(id, "a");

  expect(join.take().candidate.requests).toBe(1);
  expect(join.counts.unknown).toBe(2);
});

test("whatever the order of answers and labels, the same answers are judged in the same way", () => {
  const events = ["c1", "c2", "s1", "s2"].flatMap((id) => [
    { id, kind: "answer" as const },
    { id, kind: "label" as const },
  ]);
  const play = (order: typeof events) => {
    const join = createTruthJoin();
    for (const { id, kind } of order)
      if (kind === "answer") join.answered(answer(id, id === "c2" ? "b" : "a"));
      else join.label(id, "a");
    return join.take();
  };

  fc.assert(
    fc.property(fc.shuffledSubarray(events, { minLength: events.length }), (order) => {
      expect(play(order)).toEqual(play(events));
    }),
  );
});
