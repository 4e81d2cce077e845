import { expect, test } from "vitest";
import { checkUpgrade, resolveVersion } from "./kubernetes-versions.ts";

const resolve = (asked: string | undefined, plan = "KubernetesOfficial") => resolveVersion(asked, plan, "eastus");

test("a minor means its newest patch, and nothing means the default", () => {
  expect(resolve("1.34")).toMatch(/^1\.34\.\d+$/);
  expect(resolve(undefined)).toBe(resolve(""));
  expect(resolve(resolve("1.34"))).toBe(resolve("1.34"));
});

test("a version in long-term support only is refused without that plan", () => {
  expect(() => resolve("1.33")).toThrow(/choose from 1\.34/);
  expect(resolve("1.33", "AKSLongTermSupport")).toMatch(/^1\.33/);
});

test.each([
  ["1.34.4", "1.35.2", true],
  ["1.34.3", "1.34.4", true],
  ["1.34.4", "1.34.4", true],
  ["1.34.4", "1.34.3", false],
  ["1.35.1", "1.34.4", false],
  ["1.34.4", "1.36.0", false],
])("from %s to %s is allowed: %s", (from, to, allowed) => {
  const upgrade = () => checkUpgrade(from, to);

  if (allowed) expect(upgrade).not.toThrow();
  else expect(upgrade).toThrow(expect.objectContaining({ code: "OperationNotAllowed" }));
});
