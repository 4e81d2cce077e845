import { expect, test } from "vitest";
import { systemClock } from "../../src/base/index.ts";
import { objectsLine, objectsStatus } from "../../src/cli/objects-status.ts";
import { deliver } from "../../src/ops/index.ts";
import { deliveredObjects } from "../../src/platform/index.ts";
import { recordingReporter } from "../../src/report/index.ts";
import { clientOf, startCluster } from "../support/kubernetes.ts";

const { signal } = new AbortController();

test("a status counts the objects, tells who may not see them, and never fails for it", async () => {
  await using cluster = await startCluster();
  const [owner, someone] = [await clientOf(cluster), await cluster.cloud.principal("reader")];
  await cluster.cloud.assign(someone.objectId, "owner", cluster.cloud.subscription);
  const objects = deliveredObjects({}).filter(({ kind }) => kind !== "InstanceType");
  const context = { reporter: recordingReporter(), clock: systemClock, signal, pollMs: 5 };
  await deliver(owner, { cluster: cluster.id, objects, roleIsNew: false }, context);
  const named = { id: cluster.id, name: "aks" };

  const seen = await objectsStatus(owner, named, signal);
  const unseen = await objectsStatus(await clientOf(cluster, someone), named, signal);

  expect(seen).toEqual({ cluster: "aks", count: objects.length });
  expect(objectsLine(seen)).toMatch(new RegExp(`^Applied +aks +${objects.length} objects`));
  expect(unseen).toEqual({ cluster: "aks", reason: expect.stringMatching(/^kubernetes\.forbidden: /) as string });
  expect(objectsLine(unseen)).toMatch(/^Unseen +aks +kubernetes\.forbidden/);
});

test("a private cluster is not entered for a look", async () => {
  await using cluster = await startCluster({ apiServerAccessProfile: { enablePrivateCluster: true } });

  expect(await objectsStatus(await clientOf(cluster), { id: cluster.id, name: "aks" }, signal)).toEqual({
    cluster: "aks",
    reason: "its API server is private",
  });
});
