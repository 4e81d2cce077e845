import type { JsonArray, JsonObject, JsonValue } from "../../base/index.ts";
import { evaluateText as evaluate, planTemplate } from "./index.ts";

export { ArmFault } from "../contract.ts";

/** Evaluates one template string in a resource group `rg` of subscription `s`, in a template with these sections. Import only from tests. */
export function evaluateText(
  text: string,
  sections: { functions?: JsonArray; parameters?: JsonObject; variables?: JsonObject } = {},
): JsonValue {
  const plan = planTemplate({
    template: { ...EMPTY, ...sections },
    given: {},
    target: { subscriptionId: "s", resourceGroup: "rg" },
    surroundings: {
      tenantId: "t",
      subscriptionId: "s",
      resourceGroup: { id: "/subscriptions/s/resourceGroups/rg", name: "rg", location: "westeurope", tags: { team: "ml" } },
      deployment: { name: "dep", properties: { mode: "Incremental" } },
      environment: { suffixes: { keyvaultDns: ".vault.example" } },
      deployer: { objectId: "o", tenantId: "t" },
    },
    moment: { now: Date.UTC(2026, 0, 2, 3, 4, 5), newGuid: () => crypto.randomUUID() },
  });
  return evaluate(text, plan.scope);
}

const EMPTY: JsonObject = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  resources: [],
};
