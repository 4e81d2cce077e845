import { join } from "node:path";
import { KubeConfig, KubernetesObjectApi } from "@kubernetes/client-node";
import { describe, expect, test } from "vitest";
import { connect, createArmClient } from "../../src/arm/index.ts";
import { asObject, asObjects, asString, type JsonObject } from "../../src/base/index.ts";
import { requireRehearsal } from "../../src/cli/rehearsal.ts";
import { stateFolder } from "../../src/cli/state.ts";
import { SERVER_APPLICATION } from "../../src/cloud/planes/kubernetes/index.ts";
import { deliveredObjects } from "../../src/platform/index.ts";
import { findKubectl } from "../support/kubectl.ts";
import { repository, saw, startQuayside, temporaryFolder } from "../support/quayside.ts";

const LIMIT_MS = 180_000;
const kubectl = await findKubectl();

/** What one run of a command printed, line by line. */
async function linesOf(...inputs: string[]): Promise<{ readonly code: number; readonly lines: JsonObject[] }> {
  const { code, out } = await startQuayside([...inputs, "--json"]).finished;
  const lines = out.trim().split("\n");
  return { code, lines: lines.map((line) => JSON.parse(line) as JsonObject) };
}

function stepsOf(lines: readonly JsonObject[]): unknown[] {
  return lines.filter(({ event }) => event === "step.started").map(({ step }) => step);
}

const CLUSTER = "resourceGroups/rg-mlops-pipeline/providers/Microsoft.ContainerService/managedClusters/aks-mlops-cluster";

/** The cluster of a rehearsal that was kept, as its owner. */
async function clusterOf(state: string) {
  const { cloud, clientSecret } = await requireRehearsal(stateFolder(repository, state));
  const { arm, subscriptionId, tenantId, clientId, proxy } = cloud;
  const connection = await connect({ cloud: arm, subscriptionId, proxy, credentials: { tenantId, clientId, clientSecret } });
  return { client: createArmClient(connection), id: `/subscriptions/${subscriptionId}/${CLUSTER}` };
}

/** Versions of the objects of a kind by name, read by Kubernetes' own client. */
async function versions(state: string, apiVersion: string, kind: string): Promise<Record<string, string>> {
  const { client, id } = await clusterOf(state);
  const [file] = asObjects((await client.post(`${id}/listClusterUserCredential`, "2026-05-01")).kubeconfigs);
  const config = new KubeConfig();
  config.loadFromString(Buffer.from(asString(file?.value), "base64").toString());
  const cluster = config.getCurrentCluster();
  const token = await client.connection.credential.getToken(`${SERVER_APPLICATION}/.default`);
  if (cluster === null || token === null) throw new Error("there is no way into the cluster");
  config.loadFromClusterAndUser(cluster, { name: "owner", token: token.token });
  const { items } = await KubernetesObjectApi.makeApiClient(config).list(apiVersion, kind);
  return Object.fromEntries(items.map(({ metadata }) => [metadata?.name ?? "", metadata?.resourceVersion ?? ""]));
}

async function extensionSettings(state: string): Promise<JsonObject> {
  const { client, id } = await clusterOf(state);
  const extension = await client.get(`${id}/providers/Microsoft.KubernetesConfiguration/extensions/azureml`, "2025-03-01");
  return asObject(asObject(extension.properties).configurationSettings);
}

describe("what up applies to the cluster", () => {
  test(
    "is there for a client that others wrote, and a second up leaves it as it is, and pools their nodes",
    async () => {
      using folder = temporaryFolder();
      const state = join(folder.path, "state");
      const promised = deliveredObjects({}).length;
      const up = ["up", "--keep", "--state", state, "--parameter", "volcanoConfigMap=volcano-scheduler-autoscaler"];

      const first = await linesOf(...up);
      const policies = await versions(state, "networking.k8s.io/v1", "NetworkPolicy");
      const { client, id } = await clusterOf(state);
      const pool = `${id}/agentPools/mlpool`;
      const { properties } = await client.get(pool, "2026-05-01");
      await client.put(pool, "2026-05-01", { properties: { ...asObject(properties), count: 5 } });
      const again = await linesOf(...up);
      const settings = await extensionSettings(state);
      const status = await linesOf("status", "--state", state);

      expect([first.code, again.code]).toEqual([0, 0]);
      // The extension names the ConfigMap when it is there, and then needs no second look.
      expect(stepsOf(first.lines)).toEqual(expect.arrayContaining(["deploy", "verify", "objects", "scheduler", "train"]));
      expect(stepsOf(first.lines).indexOf("scheduler")).toBe(stepsOf(first.lines).indexOf("objects") + 1);
      expect(stepsOf(again.lines)).not.toContain("scheduler");
      expect(settings).toMatchObject({
        "volcanoScheduler.schedulerConfigMap": "volcano-scheduler-autoscaler",
        "amloperator.skipResourceValidation": "true",
      });
      expect(Object.keys(policies)).toEqual(expect.arrayContaining(["default-deny", "allow-scoring", "allow-metrics"]));
      expect(again.lines.at(-1)).toMatchObject({
        result: { objects: { total: promised, created: 0, configured: 0, unchanged: promised } },
      });
      expect(await versions(state, "networking.k8s.io/v1", "NetworkPolicy")).toEqual(policies);
      expect(await client.get(pool, "2026-05-01")).toMatchObject({ properties: { count: 5 } });
      expect(status.lines.at(-1)).toMatchObject({
        result: { objects: [{ cluster: "aks-mlops-cluster", count: promised }] },
      });
      expect((await linesOf("down", "--state", state, "--yes")).code).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    "is refused to a caller without the role, in one line, before a model is trained",
    async () => {
      using folder = temporaryFolder();

      const { code, lines } = await linesOf("up", "--state", folder.path, "--parameter", "clusterOperatorObjectId=");

      expect(code).toBe(1);
      expect(lines.at(-1)).toMatchObject({
        event: "error",
        error: {
          code: "kubernetes.forbidden",
          message: expect.stringContaining("PriorityClass ml-inference") as string,
          hint: expect.stringContaining("Azure Kubernetes Service RBAC Cluster Admin") as string,
        },
      });
      expect(lines.some(({ event }) => event === "job.status")).toBe(false);
    },
    LIMIT_MS,
  );

  if (typeof kubectl === "string") process.stderr.write(`\nSKIPPED: up on a private cluster: ${kubectl}\n\n`);

  test.skipIf(typeof kubectl === "string")(
    "goes to a private cluster by a command that Azure runs in it",
    async () => {
      using folder = temporaryFolder();
      const overrides = JSON.stringify({ privateApiServer: true, disableRunCommand: false });
      const run = startQuayside(["up", "--state", folder.path, "--json", "--parameter", `profileOverrides=${overrides}`]);

      const delivered = await saw(run.child, '"event":"step.done","step":"objects"');
      run.child.kill("SIGINT");
      await run.finished;

      expect(delivered.match(/"event":"object.applied"/g)).toHaveLength(deliveredObjects({}).length);
    },
    LIMIT_MS,
  );

  test(
    "is left to somebody else on request, which is said",
    async () => {
      using folder = temporaryFolder();
      const run = startQuayside(["up", "--state", folder.path, "--json", "--skip-kubernetes"]);

      const said = await saw(run.child, '"event":"step.started","step":"train"');
      run.child.kill("SIGINT");
      await run.finished;

      expect(said).toContain('"code":"cli.objects-left-out"');
      expect(said).not.toContain('"event":"object.applied"');
    },
    LIMIT_MS,
  );
});
