import { expect, test } from "vitest";
import { quotaNeeds } from "../azure/index.ts";
import type { JsonValue } from "../base/index.ts";
import { evaluateProgram } from "../ir/index.ts";
import { definePlatform, profileDifferences } from "./index.ts";

const evaluated = (parameters: Record<string, JsonValue>) =>
  evaluateProgram(definePlatform(), {
    parameters,
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    tenantId: "11111111-1111-1111-1111-111111111111",
    resourceGroup: { name: "rg", location: "eastus" },
  }).resources.filter(({ condition }) => condition);

test("an override that says what the profile says is no difference", () => {
  expect(profileDifferences({})).toEqual([]);
  expect(profileDifferences({ environmentName: "prod", profileOverrides: { registrySku: "Premium" } })).toEqual([]);
});

test("differences are told by key, with what the profile has", () => {
  const profileOverrides = { registrySku: "Standard", availabilityZones: ["1"], privateNetworking: false, unknown: 1 };

  expect(profileDifferences({ environmentName: "prod", profileOverrides })).toEqual([
    { key: "availabilityZones", profile: ["1", "2", "3"], value: ["1"] },
    { key: "privateNetworking", profile: true, value: false },
    { key: "registrySku", profile: "Premium", value: "Standard" },
  ]);
});

test("quotas are counted by family: what is deployed, and what the pools may grow to", () => {
  const needs = quotaNeeds(evaluated({ aksNodeCount: 2, aksNodeMaxCount: 6, enableGpuNodes: true, mlComputeMaxNodes: 3 }));

  expect(needs).toEqual(
    expect.arrayContaining([
      { of: "Microsoft.Compute", family: "Standard NCASv3_T4 Family", vCpus: 0, mostVCpus: 8 },
      { of: "Microsoft.Compute", family: "standardDDSv5Family", vCpus: 4, mostVCpus: 12 },
      { of: "Microsoft.Compute", family: "standardDSv2Family", vCpus: 8, mostVCpus: 24 },
      { of: "Microsoft.MachineLearningServices", family: "standardDSv2Family", vCpus: 0, mostVCpus: 12 },
    ]),
  );
});
