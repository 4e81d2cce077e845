import { expect, test } from "vitest";
import { closedNamespaceNote } from "./closed-namespace.ts";

function namespace(ingress: string, egress: string, condition = true) {
  return {
    type: "Microsoft.ContainerService/managedClusters/managedNamespaces",
    name: "aks/ml",
    condition,
    body: condition ? { properties: { defaultNetworkPolicy: { ingress, egress } } } : {},
  };
}

test("a namespace that denies either way is told of by its name", () => {
  expect(closedNamespaceNote([namespace("DenyAll", "DenyAll")])).toContain("the namespace ml denies traffic");
  expect(closedNamespaceNote([namespace("AllowAll", "DenyAll")])).toContain("kubernetes/overlays/");
});

test("an open namespace, none, and one that is not deployed are nothing to tell", () => {
  expect(closedNamespaceNote([namespace("AllowAll", "AllowAll")])).toBeUndefined();
  expect(closedNamespaceNote([namespace("DenyAll", "DenyAll", false)])).toBeUndefined();
  expect(closedNamespaceNote([])).toBeUndefined();
});
