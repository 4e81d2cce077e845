import { expect, test } from "vitest";
import { formatResourceId, isWithin, parentId, parseResourceId, resourceType } from "./index.ts";

const cluster = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";

test("an extension resource keeps the resource that it extends", () => {
  const id = parseResourceId(`${cluster}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`);

  expect(id && resourceType(id)).toBe("Microsoft.KubernetesConfiguration/extensions");
  expect(id && formatResourceId(parentId(id) ?? { providers: [] })).toBe(cluster);
});

test("a child's parent is the resource above it", () => {
  const id = parseResourceId(`${cluster}/agentPools/mlpool`);

  expect(id && resourceType(id)).toBe("Microsoft.ContainerService/managedClusters/agentPools");
  expect(id && formatResourceId(parentId(id) ?? { providers: [] })).toBe(cluster);
});

test.each([cluster.replace("/aks", ""), `${cluster}/agentPools`, "/providers", "nonsense", `${cluster}/providers`])(
  "%s is not the id of one thing",
  (text) => {
    expect(parseResourceId(text)).toBeUndefined();
  },
);

test("scopes hold what lies below them, whatever the case", () => {
  expect(isWithin(cluster.toUpperCase(), "/subscriptions/s/resourcegroups/rg")).toBe(true);
  expect(isWithin("/subscriptions/s/resourceGroups/rg2", "/subscriptions/s/resourceGroups/rg")).toBe(false);
  expect(isWithin(cluster, "/")).toBe(true);
});
