import { readFileSync } from "node:fs";
import { type GenericResource, ResourceManagementClient } from "@azure/arm-resources";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { SAMPLES } from "../cloud/samples.ts";

let cloud: TestCloud;
let client: ResourceManagementClient;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  const credential = { getToken: async () => ({ token: await cloud.token(), expiresOnTimestamp: Date.now() + 3_600_000 }) };
  client = new ResourceManagementClient(credential, cloud.cloud.subscriptionId, {
    endpoint: cloud.cloud.endpoints.arm,
    credentialScopes: `${cloud.cloud.endpoints.arm}/.default`,
    tlsOptions: { ca: readFileSync(cloud.cloud.caFile, "utf8") },
    retryOptions: { maxRetries: 0 },
  });
});

afterAll(() => cloud.close());

/** Exist with their account for as long as it does. */
const PARTS = /\/(blob|file|queue|table)Services$/;
const polling = { updateIntervalInMs: 10 };

describe("Microsoft's generic resource client makes, reads and deletes one of every type", () => {
  test.concurrent.each(SAMPLES.map((sample, at) => [sample.type, sample, `rg-${at}`] as const))(
    "%s",
    async (type, sample, groupName) => {
      const group = await cloud.group(groupName);
      const context = { t: cloud, group, subscription: cloud.subscription };
      await sample.before?.(context);
      const id = `${group}/${sample.path}`;
      const apiVersion = cloud.types.get(type)?.apiVersions[0] ?? "";
      const body = (typeof sample.body === "function" ? sample.body(context) : sample.body) as GenericResource;

      const made = await client.resources.beginCreateOrUpdateByIdAndWait(id, apiVersion, body, polling);
      expect(made.id).toBe(id);
      expect(await client.resources.getById(id, apiVersion)).toMatchObject({
        id,
        type,
        properties: { provisioningState: "Succeeded" },
      });
      if (PARTS.test(type)) return;
      await client.resources.beginDeleteByIdAndWait(id, apiVersion, polling);
      await expect(client.resources.getById(id, apiVersion)).rejects.toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
    },
  );
});
