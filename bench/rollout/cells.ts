import { MARGIN } from "./defaults.ts";

/** One situation: what both versions do in truth, and how busy they are. */
export interface Cell {
  readonly name: string;
  readonly requestsPerSecond: number;
  /** Share of failed requests at a time, in seconds from the start. */
  readonly stable: (second: number) => number;
  readonly candidate: (second: number) => number;
  readonly truth: "good" | "bad" | "at the margin";
}

const MARGIN_PERCENT = MARGIN * 100;

const steady = (percent: number) => () => percent / 100;

function cell(stable: number, candidate: number, requestsPerSecond: number): Cell {
  return {
    name: `${stable} % / ${candidate} %`,
    requestsPerSecond,
    stable: steady(stable),
    candidate: steady(candidate),
    truth: candidate <= stable ? "good" : candidate - stable <= MARGIN_PERCENT ? "at the margin" : "bad",
  };
}

/** Both versions fail alike while something that they share does. */
function incident(base: number, during: number, from: number, to: number, requestsPerSecond: number): Cell {
  const rate = (second: number) => (second >= from && second < to ? during : base) / 100;
  return {
    name: `${base} % / ${base} %, both ${during} % from ${from} s to ${to} s`,
    requestsPerSecond,
    stable: rate,
    candidate: rate,
    truth: "good",
  };
}

export const CELLS: readonly Cell[] = [
  cell(0.5, 0.5, 50),
  cell(0.5, 0.5, 5),
  cell(0.01, 0.01, 50),
  cell(1.5, 1.5, 50),
  cell(1.5, 1.5, 5),
  incident(0.5, 10, 60, 180, 50),
  cell(0.5, 1, 50),
  cell(0.5, 1.5, 50),
  cell(0.5, 1.5, 5),
  cell(1.5, 3, 5),
  cell(0.01, 1, 50),
  cell(0.5, 3, 50),
  cell(0.5, 3, 5),
  cell(0.5, 10, 50),
];
