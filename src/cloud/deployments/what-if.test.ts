import { expect, test } from "vitest";
import type { JsonObject } from "../../base/index.ts";
import { box, type DeploymentsCloud, startDeploymentsCloud, symbolic } from "./testing.ts";

async function whatIf(cloud: DeploymentsCloud, template: JsonObject, more: JsonObject = {}) {
  const id = `${cloud.group}/providers/Microsoft.Resources/deployments/dep`;
  const asked = await cloud.ask("POST", `${id}/whatIf`, { properties: { template, mode: "Incremental", ...more } });
  expect(asked.status).toBe(202);
  const { json } = await cloud.ask("GET", new URL(asked.headers.get("location") ?? "").pathname);
  expect(json.status).toBe("Succeeded");
  return (json.properties as JsonObject).changes;
}

test("what-if shows what is created, changed, left alone and ignored, without providers' own members as noise", async () => {
  await using cloud = await startDeploymentsCloud();
  const list = [
    { name: "x", v: 1 },
    { name: "y", v: 2 },
  ];
  await cloud.deploy(
    symbolic({ same: box("same", { size: 1 }), changed: box("changed", { size: 1, list }), other: box("other") }),
  );

  const changes = await whatIf(
    cloud,
    symbolic({
      same: box("same", { size: 1 }),
      changed: box("changed", { size: 2, more: "x", list: [{ name: "y", v: 3 }], later: "[reference('same').serial]" }),
      fresh: box("fresh"),
    }),
  );

  const id = (name: string) => `${cloud.group}/providers/Toy.Store/boxes/${name}`;
  expect(changes).toMatchObject([
    {
      resourceId: id("changed"),
      changeType: "Modify",
      delta: [
        { path: "properties.size", propertyChangeType: "Modify", before: 1, after: 2 },
        { path: "properties.more", propertyChangeType: "Create", after: "x" },
        {
          path: "properties.list",
          propertyChangeType: "Array",
          children: [
            { path: "0.v", propertyChangeType: "Modify", before: 2, after: 3 },
            { path: "0", propertyChangeType: "Delete", before: { name: "x" } },
          ],
        },
      ],
    },
    {
      resourceId: id("fresh"),
      changeType: "Create",
      after: { name: "fresh", type: "Toy.Store/boxes", apiVersion: "2024-01-01" },
    },
    { resourceId: id("other"), changeType: "Ignore" },
    { resourceId: id("same"), changeType: "NoChange" },
  ]);
});

test("what-if of Complete mode shows deletions, and ResourceIdOnly nothing but ids", async () => {
  await using cloud = await startDeploymentsCloud();
  await cloud.deploy(symbolic({ a: box("a"), b: box("b") }));
  const id = (name: string) => `${cloud.group}/providers/Toy.Store/boxes/${name}`;

  const changes = await whatIf(cloud, symbolic({ a: box("a"), c: box("c") }), {
    mode: "Complete",
    whatIfSettings: { resultFormat: "ResourceIdOnly" },
  });

  expect(changes).toEqual([
    { resourceId: id("a"), symbolicName: "a", changeType: "Deploy" },
    { resourceId: id("b"), changeType: "Delete" },
    { resourceId: id("c"), symbolicName: "c", changeType: "Create" },
  ]);
});

test("what-if opens modules and says so when a name hangs on something not deployed yet", async () => {
  await using cloud = await startDeploymentsCloud();
  const module = (name: string, value: string) => ({
    type: "Microsoft.Resources/deployments",
    apiVersion: "2025-04-01",
    name,
    properties: {
      mode: "Incremental",
      parameters: { name: { value } },
      template: symbolic({ b: box("[parameters('name')]") }, { parameters: { name: { type: "string" } } }),
    },
  });

  const changes = await whatIf(
    cloud,
    symbolic({ a: box("a"), known: module("known", "b"), unknown: module("unknown", "[reference('a').serial]") }),
  );

  expect(changes).toMatchObject([
    { resourceId: expect.stringMatching(/deployments\/unknown$/), changeType: "Unsupported" },
    { resourceId: expect.stringMatching(/boxes\/a$/), changeType: "Create" },
    {
      resourceId: expect.stringMatching(/boxes\/b$/),
      changeType: "Create",
      deploymentId: expect.stringMatching(/deployments\/known$/),
    },
  ]);
});

test("what-if takes null for unset, and what the template deploys as a child of its own for kept", async () => {
  await using cloud = await startDeploymentsCloud();
  await cloud.deploy(symbolic({ a: box("a", { set: 1, lids: [{ name: "one" }, { name: "two" }] }) }));
  const lid = { type: "Toy.Store/boxes/lids", apiVersion: "2024-01-01", name: "a/two", dependsOn: ["a"] };

  const changes = await whatIf(cloud, symbolic({ a: box("a", { set: null, lids: [{ name: "one" }] }), lid }));

  expect(changes).toMatchObject([{ changeType: "NoChange" }, { changeType: "Create" }]);
});
