import { expect, test } from "vitest";
import type { ArmClient } from "../../arm/index.ts";
import { evaluateProgram } from "../../ir/index.ts";
import { definePlatform } from "../../platform/index.ts";
import { givesClusterRole, ownRole } from "./cluster-roles.ts";
import { namedFor } from "./who-runs.ts";

const ME = { objectId: "AAAAAAAA-1111-1111-1111-111111111111", type: "User" } as const;
const OTHER = "bbbbbbbb-1111-1111-1111-111111111111";

/** What is deployed with these parameters. */
function deployed(parameters: Record<string, string>) {
  const { resources } = evaluateProgram(definePlatform(), {
    parameters,
    subscriptionId: OTHER,
    tenantId: OTHER,
    resourceGroup: { name: "rg", location: "eastus" },
  });
  return resources.filter(({ condition }) => condition);
}

/** A subscription where everybody who is asked about has the role by hand. */
function azure(resources: ReturnType<typeof deployed>) {
  const role = resources.find(({ symbol }) => symbol === "clusterOperatorObjects");
  const [scope] = role?.id.split("/providers/Microsoft.Authorization/") ?? [];
  const list = async () => [{ id: `${scope}/by-hand`, properties: { ...(role?.body.properties as object), scope } }];
  return { list } as unknown as ArmClient;
}

test("a role is new when the deployment gives one on the cluster, whoever named its principal", () => {
  expect(givesClusterRole(deployed({}))).toBe(false);
  expect(givesClusterRole(deployed({ clusterOperatorObjectId: OTHER }))).toBe(true);
  expect(givesClusterRole(deployed({ deployerObjectId: OTHER }))).toBe(true);
});

test("the caller's own role by hand is left at that, also where a parameter names the caller", async () => {
  const filled = deployed(namedFor(ME, {}) as Record<string, string>);
  const given = deployed({ clusterOperatorObjectId: ME.objectId.toLowerCase() });

  expect(await ownRole(azure(filled), ME, filled)).toEqual({ clusterOperatorObjectId: "" });
  expect(await ownRole(azure(given), ME, given)).toEqual({ clusterOperatorObjectId: "" });
});

test("somebody else's role is given as it was asked for", async () => {
  const theirs = deployed({ clusterOperatorObjectId: OTHER });

  expect(await ownRole(azure(theirs), ME, theirs)).toEqual({});
  expect(await ownRole(azure(theirs), undefined, theirs)).toEqual({});
});
