import { expect, test } from "vitest";
import { type ArmClient, ArmError, countObjects, findCluster } from "../../src/arm/index.ts";
import { ROLES } from "../../src/azure/index.ts";
import { type Clock, systemClock } from "../../src/base/index.ts";
import { deliver, isGivenElsewhere } from "../../src/ops/index.ts";
import { deliveredKinds, deliveredObjects } from "../../src/platform/index.ts";
import { recordingReporter } from "../../src/report/index.ts";
import { VERSIONS } from "../cloud/core.ts";
import { findKubectl } from "../support/kubectl.ts";
import { clientOf, type ServedCluster, startCluster } from "../support/kubernetes.ts";
import { claimsOf } from "../support/platform.ts";

const kubectl = await findKubectl();
const objects = deliveredObjects({ environmentName: "dev" });
/** Without the instance types, of which the extension alone makes one that is not ours. */
const ours = objects.filter(({ kind }) => kind !== "InstanceType");

const context = (clock: Clock = systemClock) => ({
  reporter: recordingReporter(),
  clock,
  signal: new AbortController().signal,
  pollMs: 5,
});

const request = (cluster: ServedCluster, more = {}) => ({ cluster: cluster.id, objects: ours, roleIsNew: false, ...more });

test("applies every object once, tells each, and changes nothing a second time", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);
  const first = context();

  const delivered = await deliver(client, request(cluster), first);
  const again = await deliver(client, request(cluster), context());

  expect(delivered).toEqual({ total: ours.length, created: ours.length, configured: 0, unchanged: 0 });
  expect(again).toEqual({ total: ours.length, created: 0, configured: 0, unchanged: ours.length });
  expect(first.reporter.events).toHaveLength(ours.length);
  expect(first.reporter.events[0]).toEqual({
    name: "object.applied",
    payload: { kind: "PriorityClass", name: "ml-inference", change: "created" },
  });
  const found = await findCluster(client, cluster.id);
  expect(await countObjects(client, found, deliveredKinds())).toBe(ours.length);
});

test("what somebody changed is set right again", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);
  await deliver(client, request(cluster), context());
  const changed = ours.map((object) => (object.kind === "PriorityClass" ? { ...object, description: "another" } : object));

  expect(await deliver(client, request(cluster, { objects: changed }), context())).toMatchObject({ configured: 3 });
});

test("what another manager owns is refused by name, with its owner", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);

  await expect(deliver(client, request(cluster, { objects }), context())).rejects.toMatchObject({
    code: "kubernetes.field-conflict",
    message: expect.stringMatching(/^InstanceType defaultinstancetype: .*"amloperator".*\.spec\.resources/) as string,
    hint: expect.stringContaining("--force-conflicts") as string,
  });
});

test("a caller without the role on the cluster is told which one, and at once unless the role is new", async () => {
  await using cluster = await startCluster();
  const someone = await cluster.cloud.principal("owner-only");
  await cluster.cloud.assign(claimsOf(someone.token).oid, "owner", cluster.cloud.subscription);
  const client = await clientOf(cluster, someone);
  const sleeps: number[] = [];
  const counting = { ...systemClock, sleep: async (ms: number) => void sleeps.push(ms) };
  const refusal = {
    code: "kubernetes.forbidden",
    message: expect.stringMatching(/^PriorityClass ml-inference: .*is forbidden/) as string,
    hint: expect.stringContaining("Azure Kubernetes Service RBAC Cluster Admin") as string,
  };

  await expect(deliver(client, request(cluster), context(counting))).rejects.toMatchObject(refusal);
  expect(sleeps).toEqual([]);
  await expect(deliver(client, request(cluster, { roleIsNew: true }), context(counting))).rejects.toMatchObject(refusal);
  expect(sleeps).toHaveLength(59);
});

test("a kind that an extension has yet to make is waited for, but not for ever", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);
  const extension = `${cluster.id}/providers/Microsoft.KubernetesConfiguration/extensions/amlext`;
  const { json: body } = await cluster.cloud.ask("GET", extension, { apiVersion: VERSIONS.extension });
  await cluster.cloud.settle(await cluster.cloud.ask("DELETE", extension, { apiVersion: VERSIONS.extension }));
  const named = objects.filter(({ metadata }) => JSON.stringify(metadata).includes('"large"'));
  const never = { ...systemClock, sleep: async () => undefined };
  let waited = 0;
  const installing = {
    ...systemClock,
    sleep: async () => {
      waited += 1;
      if (waited === 3)
        await cluster.cloud.put(
          extension,
          { identity: body.identity ?? {}, properties: body.properties ?? {} },
          VERSIONS.extension,
        );
    },
  };

  await expect(deliver(client, request(cluster, { objects: named }), context(never))).rejects.toMatchObject({
    code: "kubernetes.kind-missing",
    message: expect.stringContaining("InstanceType large") as string,
  });
  expect(await deliver(client, request(cluster, { objects: named }), context(installing))).toMatchObject({ created: 1 });
});

test("what comes late leaves less time for what comes after it", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);
  const mapIn = (namespace: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace } });
  const early = { apiVersion: "v1", kind: "Namespace", metadata: { name: "early" } };
  let waited = 0;
  const making = {
    ...systemClock,
    sleep: async () => {
      if (++waited === 40) await deliver(client, request(cluster, { objects: [early] }), context());
    },
  };

  const waiting = deliver(client, request(cluster, { objects: [mapIn("early"), mapIn("never")] }), context(making));

  await expect(waiting).rejects.toMatchObject({ code: "kubernetes.namespace-missing" });
  expect(waited).toBe(59);
});

test("an object that the server refuses is named with the server's reason", async () => {
  await using cluster = await startCluster();
  const wrong = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "ml-workloads" }, dta: {} };

  await expect(deliver(await clientOf(cluster), request(cluster, { objects: [wrong] }), context())).rejects.toMatchObject({
    code: "kubernetes.invalid",
    message: expect.stringMatching(/^ConfigMap ml-workloads\/a: .*unknown field "dta"/) as string,
  });
});

test("a private cluster without run commands is out of reach from here, and says what to do", async () => {
  await using cluster = await startCluster({ apiServerAccessProfile: { enablePrivateCluster: true, disableRunCommand: true } });

  await expect(deliver(await clientOf(cluster), request(cluster), context())).rejects.toMatchObject({
    code: "kubernetes.unreachable",
    message: expect.stringContaining("is private") as string,
    hint: expect.stringContaining("disableRunCommand") as string,
  });
});

if (typeof kubectl === "string") process.stderr.write(`\nSKIPPED: objects by a command in a private cluster: ${kubectl}\n\n`);

test.skipIf(typeof kubectl === "string")("a private cluster gets the same by a command that Azure runs in it", async () => {
  await using cluster = await startCluster({ apiServerAccessProfile: { enablePrivateCluster: true } });
  const client = await clientOf(cluster);

  expect(await deliver(client, request(cluster), context())).toEqual({
    total: ours.length,
    created: ours.length,
    configured: 0,
    unchanged: 0,
  });
  expect(await deliver(client, request(cluster), context())).toMatchObject({ unchanged: ours.length });
  await expect(deliver(client, request(cluster, { objects }), context())).rejects.toMatchObject({
    code: "kubernetes.field-conflict",
    message: expect.stringContaining('"amloperator"') as string,
  });
});

test("a command whose pod does not start in time is tried again, but not for ever", async () => {
  await using cluster = await startCluster({ apiServerAccessProfile: { enablePrivateCluster: true } });
  const client = await clientOf(cluster);
  let sent = 0;
  const full: ArmClient = {
    ...client,
    post: async (path) => {
      sent += 1;
      throw new ArmError(200, "KubernetesPerformanceError", `${path}: the container did not start within 30s`);
    },
  };

  await expect(deliver(full, request(cluster), context())).rejects.toMatchObject({
    code: "kubernetes.command-not-started",
    hint: expect.stringContaining("systemNodeTaints") as string,
  });
  expect(sent).toBe(15);
});

test("a role that was given by hand is seen, whatever its name, and no other is taken for it", async () => {
  await using cluster = await startCluster();
  const client = await clientOf(cluster);
  const { oid } = claimsOf(await cluster.cloud.token());
  const promised = (role: keyof typeof ROLES, principalId = oid, scope = cluster.id) => ({
    id: `${scope}/providers/Microsoft.Authorization/roleAssignments/11111111-1111-1111-1111-111111111111`,
    apiVersion: "2022-04-01",
    body: {
      properties: {
        principalId,
        roleDefinitionId: `${cluster.cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/${ROLES[role].id}`,
      },
    },
  });

  expect(await isGivenElsewhere(client, promised("aksRbacClusterAdmin"))).toBe(true);
  expect(await isGivenElsewhere(client, promised("aksRbacReader"))).toBe(false);
  // Owner of the subscription is another scope, where Azure lets the same role stand again.
  expect(await isGivenElsewhere(client, promised("owner"))).toBe(false);
  expect(await isGivenElsewhere(client, promised("aksRbacClusterAdmin", "22222222-2222-2222-2222-222222222222"))).toBe(false);
  expect(await isGivenElsewhere(client, promised("aksRbacClusterAdmin", oid, `${cluster.id}-to-be`))).toBe(false);
});
