import { expect, test } from "vitest";
import { evaluateProgram } from "../ir/index.ts";
import { definePlatform } from "../platform/index.ts";
import { armEnvironment } from "./arm-environment.ts";

test("names that follow the cloud are evaluated as that cloud's templates are", () => {
  const connection = { storageSuffix: "core.rehearsal.test", registrySuffix: "azurecr.test", vaultSuffix: "vault.test" };

  const { resources } = evaluateProgram(definePlatform(), {
    parameters: { environmentName: "staging" },
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    tenantId: "00000000-0000-0000-0000-000000000000",
    resourceGroup: { name: "rg", location: "eastus" },
    environment: armEnvironment(connection),
  });

  expect(resources.map(({ name }) => name)).toContain("privatelink.blob.core.rehearsal.test");
});
