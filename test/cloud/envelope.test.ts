import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { envelopeSuite } from "../../src/cloud/envelope-suite.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { createMachineLearning } from "../../src/cloud/providers/machine-learning/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { SAMPLES } from "./samples.ts";

const core = providers.filter((factory) => factory !== createMachineLearning);
/** Exists only to be refused by name, or is only read. */
const REFUSED = [
  "Microsoft.KubernetesConfiguration/fluxConfigurations",
  "Microsoft.ContainerService/managedClusters/commandResults",
];

envelopeSuite("the envelope over every type of the core platform", SAMPLES, core);

test("every type of the core platform has a sample in the suite", async () => {
  await using cloud = await startTestCloud({ providers: core });
  const namespaces = new Set(SAMPLES.map(({ type }) => type.split("/")[0]));

  const types = [...cloud.types.keys()].filter((type) => namespaces.has(type.split("/")[0]) && !REFUSED.includes(type));

  expect(types.length).toBeGreaterThan(35);
  expect(SAMPLES.map(({ type }) => type).sort()).toEqual(types.sort());
});

describe("what a GET shows can be PUT back, as tools do that read, change and write", () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({ providers: core });
  });
  afterAll(() => cloud.close());

  test.each(SAMPLES.map((sample, at) => [sample.type, sample, `rg-${at}`] as const))("%s", async (type, sample, groupName) => {
    const group = await cloud.group(groupName);
    const context = { t: cloud, group, subscription: cloud.subscription };
    await sample.before?.(context);
    const id = `${group}/${sample.path}`;
    const apiVersion = cloud.types.get(type)?.apiVersions[0];
    const body = typeof sample.body === "function" ? sample.body(context) : sample.body;
    const made = await cloud.put(id, body, apiVersion);

    const again = await cloud.put(id, made, apiVersion);

    expect(settled(again)).toEqual(settled(made));
  });
});

/** Without what every write moves. */
function settled(resource: JsonObject): unknown {
  return JSON.parse(
    JSON.stringify(resource, (key, value: unknown) => (/^(etag|systemData|modifiedDate)$/.test(key) ? undefined : value)),
  );
}
