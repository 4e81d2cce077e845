import { expect, test } from "vitest";
import { appliedObjects, versionsBefore } from "./kubectl.ts";

const object = (kind: string, name: string, resourceVersion: string, namespace?: string) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, resourceVersion, ...(namespace === undefined ? {} : { namespace }) },
});

function logs(before: string, ...items: object[]): string {
  return `${before}Warning: something is deprecated\n${JSON.stringify({ apiVersion: "v1", kind: "List", items }, null, 4)}\n`;
}

test("tells by versions what an apply has changed", () => {
  const said = logs(
    "ConfigMap       azureml   kept      12\nPriorityClass   <none>    changed   13\n",
    object("ConfigMap", "kept", "12", "azureml"),
    object("PriorityClass", "changed", "20"),
    object("LimitRange", "new", "21", "ml-workloads"),
  );

  expect(appliedObjects({ exitCode: 0, logs: said }, versionsBefore(said))).toEqual([
    { apiVersion: "v1", kind: "ConfigMap", name: "kept", namespace: "azureml", change: "unchanged" },
    { apiVersion: "v1", kind: "PriorityClass", name: "changed", change: "configured" },
    { apiVersion: "v1", kind: "LimitRange", name: "new", namespace: "ml-workloads", change: "created" },
  ]);
});

test("one object alone is no list", () => {
  const said = `${JSON.stringify(object("ConfigMap", "one", "1", "a"), null, 4)}\n`;

  expect(appliedObjects({ exitCode: 0, logs: said }, new Map())).toMatchObject([{ name: "one", change: "created" }]);
});

test.each([
  [
    "kubernetes.forbidden",
    'Error from server (Forbidden): limitranges "x" is forbidden: User "u" cannot get resource "limitranges"',
    'limitranges "x" is forbidden',
  ],
  [
    "kubernetes.refused",
    'Error from server (Forbidden): admission webhook "validation.gatekeeper.sh" denied the request: no limits\n',
    'admission webhook "validation.gatekeeper.sh"',
  ],
  [
    "kubernetes.refused",
    'Error from server (Forbidden): configmaps "x" is forbidden: exceeded quota: q, requested: count/configmaps=1',
    "exceeded quota: q",
  ],
  [
    "kubernetes.refused",
    'Error from server (Forbidden): configmaps "x" is forbidden: unable to create new content in namespace a because it is being terminated',
    "because it is being terminated",
  ],
  [
    "kubernetes.field-conflict",
    'error: Apply failed with 1 conflict: conflict with "helm": .data.a\nPlease review the fields above--they currently have other managers.',
    'conflict with "helm": .data.a)',
  ],
  [
    "kubernetes.kind-missing",
    'error: resource mapping not found for name: "a" namespace: "" from "objects.json": no matches for kind "InstanceType" in version "amlarc.azureml.com/v1alpha1"\nensure CRDs are installed first',
    'no matches for kind "InstanceType"',
  ],
  [
    "kubernetes.namespace-missing",
    'Error from server (NotFound): namespaces "azureml" not found',
    'namespaces "azureml" not found',
  ],
  [
    "kubernetes.invalid",
    "The request is wrong\nError from server (Invalid): spec.limits: Required value",
    "spec.limits: Required value",
  ],
  ["kubernetes.not-signed-in", "error: You must be logged in to the server (Unauthorized)", "Unauthorized"],
  ["kubernetes.refused", "/bin/sh: kubectl: not found\n", "kubectl: not found"],
  ["kubernetes.refused", "", "it failed without a word"],
])("%s is read from %j", (code, said, quoted) => {
  const attempt = () => appliedObjects({ exitCode: 1, logs: said }, new Map());

  expect(attempt).toThrow(expect.objectContaining({ code, message: expect.stringContaining(quoted) as string }));
});

test("an answer that is cut short is no success", () => {
  expect(() => appliedObjects({ exitCode: 0, logs: '{\n    "kind": "List",\n    "items": [' }, new Map())).toThrow(
    expect.objectContaining({ code: "kubernetes.refused" }),
  );
});
