import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quayside, temporaryFolder } from "../support/quayside.ts";

test("a plan shows what would be made, and where an override leaves the profile", async () => {
  const { code, out } = await quayside([
    "plan",
    "-P",
    "environmentName=staging",
    "-P",
    'profileOverrides={"logRetentionDays":60}',
    "-P",
    "nameSuffix=plan1",
  ]);

  expect(code).toBe(0);
  expect(out).toContain("Profile    staging, with one difference");
  expect(out).toMatch(/logRetentionDays +60 instead of 30/);
  expect(out).toMatch(/kv-mlops-plan1 +Microsoft.KeyVault\/vaults/);
  expect(out).toMatch(/private-link \(\d+\)/);
  expect(out).toMatch(/standardDSv2Family +12 to 40 \(Microsoft.Compute\)/);
  expect(out).toMatch(/Cost +about \$\d+ a month/);
});

test("as JSON it is data: parameters with their origin, resources with their concern, quotas and cost", async () => {
  const { out } = await quayside(["plan", "--json", "-P", "aksNodeCount=4"]);

  const lines = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { result?: Record<string, unknown[]> });
  const result = lines.at(-1)?.result;
  expect(result).toMatchObject({ environment: "dev", location: "eastus", differences: [] });
  expect(result?.parameters).toEqual(
    expect.arrayContaining([
      { name: "aksNodeCount", value: 4, given: true },
      { name: "clusterName", value: "aks-mlops-cluster", given: false },
    ]),
  );
  expect(result?.resources).toEqual(
    expect.arrayContaining([
      {
        concern: "cluster",
        symbol: "aksCluster",
        type: "Microsoft.ContainerService/managedClusters",
        name: "aks-mlops-cluster",
      },
    ]),
  );
  expect(result?.cost).toMatchObject({ monthlyUsd: expect.any(Number) });
});

test("what is wrong is told before anything is shown", async () => {
  const { code, out, err } = await quayside(["plan", "-P", "nodeSubnetPrefix=10.40.6.0/24"]);

  expect(code).toBe(3);
  expect(out).toBe("");
  expect(err).toContain("error platform.subnets-overlap: parameters.");
});

test("the region is that of the parameters, however it is given: the later way wins", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "parameters.json");
  writeFileSync(file, JSON.stringify({ parameters: { location: { value: "westeurope" } } }));
  const env = { LOCATION: "northeurope" };
  const regionOf = async (...flags: string[]) =>
    / in rg-mlops-pipeline, (.*)/.exec((await quayside(["plan", ...flags], { env })).out)?.[1];

  expect(await regionOf()).toBe("northeurope");
  expect(await regionOf("-p", file)).toBe("westeurope");
  expect(await regionOf("-p", file, "--location", "eastus2")).toBe("eastus2");
  expect(await regionOf("-p", file, "--location", "eastus2", "-P", "location=uksouth")).toBe("uksouth");
  const zones = ["-P", 'profileOverrides={"availabilityZones":["1"]}'];
  expect((await quayside(["plan", "--location", "westus", ...zones])).err).toContain("platform.region-without-zones");
});
