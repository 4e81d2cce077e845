import { expect, test } from "vitest";
import { halfText, halfToNumber, numberToHalf } from "./float16.ts";

test("every half survives the way to a number and back, and its text reads back as the same half", () => {
  const finite = Array.from({ length: 0x10000 }, (_, half) => half).filter((half) => Number.isFinite(halfToNumber(half)));

  expect(finite.filter((half) => numberToHalf(halfToNumber(half)) !== half)).toEqual([]);
  // JSON has no word for -0.
  expect(finite.filter((half) => half !== 0x8000 && numberToHalf(Number(halfText(half))) !== half)).toEqual([]);
});

test("numbers between two halves go to the nearer, and to the even one from the middle", () => {
  expect([1 + 1 / 2048, 1 + 3 / 2048, 2049, 65_519, 65_520, 1e-9, -0].map(numberToHalf)).toEqual([
    0x3c00, 0x3c02, 0x6800, 0x7bff, 0x7c00, 0, 0x8000,
  ]);
});
