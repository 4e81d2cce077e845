import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { SERVER_APPLICATION } from "../../src/cloud/planes/kubernetes/index.ts";
import { findKubectl } from "../support/kubectl.ts";
import { COMPUTE_NAMESPACE, type ServedCluster, startCluster } from "../support/kubernetes.ts";
import { until } from "../support/platform.ts";
import { VERSIONS } from "./core.ts";

const kubectl = await findKubectl();
let cluster: ServedCluster;

beforeAll(async () => {
  cluster = await startCluster({ apiServerAccessProfile: { enablePrivateCluster: true } });
});

afterAll(() => cluster[Symbol.asyncDispose]());

const send = (body: JsonObject, token?: string) =>
  cluster.cloud.ask("POST", `${cluster.id}/runCommand`, {
    apiVersion: VERSIONS.aks,
    body,
    ...(token === undefined ? {} : { token }),
  });

const clusterToken = () => cluster.cloud.token(SERVER_APPLICATION);

/** The result of a command once there is one. */
async function result(body: JsonObject): Promise<JsonObject> {
  const started = await send(body);
  expect(started.status).toBe(202);
  const location = started.headers.get("location") ?? "";
  const ended = await until(
    () => cluster.cloud.ask("GET", location, { apiVersion: null }),
    ({ status }) => status !== 202,
    60_000,
  );
  expect(ended.status).toBe(200);
  return ended.json.properties as JsonObject;
}

test("the API server of a private cluster answers nobody outside of its network", async () => {
  const { server, token } = await cluster.connect();
  const ask = (path: string) => cluster.cloud.ask("GET", `${server}${path}`, { apiVersion: null, token });

  expect(await ask("/api")).toMatchObject({
    status: 403,
    json: {
      message: expect.stringContaining(
        "is private: it is reached from within its network, or by az aks command invoke",
      ) as string,
    },
  });
  expect((await ask(`/inside/${"0".repeat(32)}/api`)).status).toBe(403);
});

describe.skipIf(typeof kubectl === "string")(
  `a command (${typeof kubectl === "string" ? `skipped: ${kubectl}` : kubectl.version})`,
  () => {
    test("runs in the cluster as the caller, and says how it ended", async () => {
      const token = await clusterToken();
      const listed = await result({
        command: `kubectl get namespace ${COMPUTE_NAMESPACE} -o name && kubectl auth whoami`,
        clusterToken: token,
      });

      expect(listed).toMatchObject({ provisioningState: "Succeeded", exitCode: 0 });
      expect(listed.logs).toContain(`namespace/${COMPUTE_NAMESPACE}\n`);
      expect(listed.logs).toContain("system:authenticated");
      const failed = await result({ command: "kubectl get configmap no-such-one; kubectl get nothing", clusterToken: token });
      expect(failed).toMatchObject({ provisioningState: "Succeeded", exitCode: 1 });
      expect(failed.logs).toMatch(/configmaps "no-such-one" not found[^]*the server doesn't have a resource type "nothing"/);
    });

    test("stops at a failure behind &&", async () => {
      const ended = await result({ command: "kubectl get nothing && kubectl version", clusterToken: await clusterToken() });

      expect(ended.exitCode).toBe(1);
      expect(ended.logs).not.toContain("Server Version");
    });

    test("waits its turn when many are running", async () => {
      const token = await clusterToken();
      const sent = await Promise.all(Array.from({ length: 12 }, () => send({ command: "kubectl version", clusterToken: token })));

      const refused = sent.filter(({ status }) => status === 429);
      expect(refused.length).toBeGreaterThanOrEqual(1);
      expect(refused[0]).toMatchObject({ code: "TooManyRequests" });
      for (const { headers } of sent.filter(({ status }) => status === 202))
        await until(
          () => cluster.cloud.ask("GET", headers.get("location") ?? "", { apiVersion: null }),
          ({ status }) => status !== 202,
          60_000,
        );
    });

    test("leaves nothing behind, and no token", async () => {
      await result({ command: "kubectl version", clusterToken: await clusterToken() });

      expect(readdirSync(join(cluster.cloud.stateDir, "files", "commands"))).toEqual([]);
    });
  },
);

describe("refusals", () => {
  test("a caller without the action, and one without a token for the cluster", async () => {
    const { token } = await cluster.cloud.principal("nobody");

    expect(await send({ command: "kubectl version", clusterToken: "x" }, token)).toMatchObject({
      status: 403,
      code: "AuthorizationFailed",
    });
    expect(await send({ command: "kubectl version" })).toMatchObject({ status: 400, code: "BadRequest" });
  });

  test.each([
    [{}, "BadRequest"],
    [{ command: "ls" }, "FeatureNotSupported"],
    [{ command: "kubectl version", context: "AAAA" }, "BadRequest"],
  ])("%j answers %s", async (body, code) => {
    expect(await send({ clusterToken: "x", ...body })).toMatchObject({ status: 400, code });
  });

  test("a result is only read, and only where it is", async () => {
    const id = `${cluster.id}/commandResults/${"a".repeat(32)}`;

    expect((await cluster.cloud.ask("GET", id, { apiVersion: VERSIONS.aks })).status).toBe(404);
    expect((await cluster.cloud.ask("PUT", id, { apiVersion: VERSIONS.aks, body: { properties: {} } })).status).toBe(405);
  });
});
