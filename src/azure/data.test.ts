import { expect, test } from "vitest";
import { NAME_RULES, nameRule, normalizeLocation, REGIONS, VM_SIZES, vmSize } from "./index.ts";
import { VM_PRICES } from "./prices.ts";

test("every price is of a size that is known", () => {
  expect(Object.keys(VM_PRICES).filter((name) => !vmSize(name))).toEqual([]);
});

test("sizes are found whatever their case", () => {
  expect(vmSize("STANDARD_ds3_V2")).toBe(VM_SIZES.Standard_DS3_v2);
});

test("a region's name is its display name without spaces, in lower case", () => {
  expect(Object.entries(REGIONS).filter(([name, { displayName }]) => normalizeLocation(displayName) !== name)).toEqual([]);
});

test.each([
  ["Microsoft.KeyVault/vaults", ["kv-mlops-abc123", "abc"], ["1kv", "kv--x", "kv-", "k".repeat(25)]],
  ["Microsoft.Storage/storageAccounts", ["stmlops1"], ["st-mlops", "ST", "st", "s".repeat(25)]],
  ["Microsoft.ContainerRegistry/registries", ["acrmlops1"], ["acr-mlops", "acr"]],
  ["Microsoft.ContainerService/managedClusters", ["a", "aks-mlops-cluster"], ["-aks", "aks-", "a".repeat(64)]],
  ["Microsoft.ContainerService/managedClusters/agentPools", ["mlpool"], ["mlPool", "1pool", "a".repeat(13)]],
  ["Microsoft.MachineLearningServices/workspaces", ["mlw-mlops-demo"], ["ml", "_ml", "m".repeat(34)]],
  ["Microsoft.MachineLearningServices/workspaces/computes", ["aks-compute", "cpu-cluster"], ["cpu-1", "1cpu", "cp"]],
  ["Microsoft.OperationalInsights/workspaces", ["log-mlops"], ["log", "-log", "log-"]],
  ["Microsoft.Resources/resourceGroups", ["rg-mlops-pipeline", "rg(1)"], ["rg.", "", "r/g"]],
] as const)("%s takes %j and refuses %j", (type, good, bad) => {
  const { pattern } = NAME_RULES[type];

  expect(good.filter((name) => !pattern.test(name))).toEqual([]);
  expect(bad.filter((name) => pattern.test(name))).toEqual([]);
});

test("name rules are found whatever the type's case", () => {
  expect(nameRule("microsoft.keyvault/VAULTS")?.abbreviation).toBe("kv");
  expect(nameRule("Microsoft.Unknown/things")).toBeUndefined();
});
