import { expect, test } from "vitest";
import { attraction, hash, stickyValue } from "./sticky.ts";

const KEYS = 100_000;

/** Which deployment each of many keys goes to. */
function assign(weights: Readonly<Record<string, number>>): string[] {
  const deployments = Object.entries(weights).map(([name, weight]) => ({ name, weight, salt: hash(`e/${name}/`) }));
  return Array.from({ length: KEYS }, (_, at) => {
    const pulls = deployments.map(({ salt, weight }) => attraction(hash(`user-${at}`), salt, weight));
    return deployments[pulls.indexOf(Math.max(...pulls))]?.name ?? "";
  });
}

test.each<Record<string, number>>([
  { blue: 50, green: 50 },
  { blue: 90, green: 10 },
  { blue: 99, green: 1 },
  { blue: 60, green: 30, red: 10 },
])("keys that count up are split within the bounds of a binomial at 99 percent: %o", (weights) => {
  const assigned = assign(weights);

  for (const [name, weight] of Object.entries(weights)) {
    const share = weight / 100;
    const bound = 2.576 * Math.sqrt(KEYS * share * (1 - share));
    const count = assigned.filter((to) => to === name).length;
    expect(Math.abs(count - KEYS * share), `${name} got ${count}`).toBeLessThan(bound);
  }
});

test("when weights change, only the keys that must move do, and only towards what grew", () => {
  const before = assign({ blue: 60, green: 30, red: 10 });
  const after = assign({ blue: 50, green: 30, red: 20 });

  const moved = before.flatMap((from, at) => (from === after[at] ? [] : [`${from} to ${after[at]}`]));

  // 10 of 100 must leave blue; as only ratios count for green, nothing else has to.
  expect(new Set(moved)).toEqual(new Set(["blue to red", "green to red", "blue to green"]));
  expect(moved.length / KEYS).toBeLessThan(0.15);
});

test("a deployment that leaves gives its keys away and moves no other", () => {
  const before = assign({ blue: 60, green: 30, red: 10 });
  const after = assign({ blue: 60, green: 30 });

  expect(before.every((from, at) => from === "red" || from === after[at])).toBe(true);
});

test.each([
  [{ header: "X-User" }, { "x-user": "a" }, "a"],
  [{ header: "x-user" }, {}, undefined],
  [{ header: "x-user" }, { "x-user": "" }, undefined],
  [{ cookie: "sid" }, { cookie: "a=1; sid=b=c ; sid=d" }, "b=c"],
  [{ cookie: "sid" }, { cookie: "xsid=1" }, undefined],
  [{ cookie: "sid" }, {}, undefined],
])("%o in %o is %s", (sticky, headers, value) => {
  expect(stickyValue(sticky, headers)).toBe(value);
});
