import { expect, test } from "vitest";
import { readKubeconfig } from "./kubeconfig.ts";

const CA = "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n";

/** As AKS writes it, with one way or another of signing in. */
function kubeconfig(user: object, server = "https://mlops.hcp.eastus.azmk8s.io:443/"): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "other", cluster: { server: "https://other.example" } },
      { name: "aks", cluster: { server, "certificate-authority-data": Buffer.from(CA).toString("base64") } },
    ],
    users: [{ name: "clusterUser_rg_aks", user }],
    contexts: [
      { name: "other", context: { cluster: "other", user: "clusterUser_rg_aks" } },
      { name: "aks", context: { cluster: "aks", user: "clusterUser_rg_aks" } },
    ],
    "current-context": "aks",
  });
}

test.each([
  ["a plugin", { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "kubelogin", args: ["get-token"] } }],
  ["a token", { token: "not ours" }],
  ["a certificate", { "client-certificate-data": "YQ==", "client-key-data": "YQ==" }],
])("tells server and authority of the current context, whether its user has %s", async (_, user) => {
  expect(await readKubeconfig(kubeconfig(user), "aks")).toEqual({ server: "https://mlops.hcp.eastus.azmk8s.io:443", ca: CA });
});

test.each([
  ["nothing", "", "names no server in its current context"],
  ["no YAML", "a: [", "is not YAML"],
  ["a list", "[]", "names no server in its current context"],
  ["a context that is not there", "current-context: x\ncontexts: []\nclusters: []", "names no server in its current context"],
  ["a server without TLS", kubeconfig({}, "http://aks.example"), "names http://aks.example, which is not https"],
])("%s is refused", async (_, text, said) => {
  await expect(readKubeconfig(text, "aks")).rejects.toMatchObject({
    code: "kubernetes.bad-kubeconfig",
    message: `the kubeconfig of cluster aks ${said}`,
  });
});
