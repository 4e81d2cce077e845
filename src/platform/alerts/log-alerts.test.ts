import { expect, test } from "vitest";
import { evaluateProgram } from "../../ir/index.ts";
import { definePlatform } from "../index.ts";

const { resources } = evaluateProgram(definePlatform(), {
  parameters: { environmentName: "prod", computeNamespace: "models" },
  subscriptionId: "00000000-0000-0000-0000-000000000000",
  tenantId: "11111111-1111-1111-1111-111111111111",
  resourceGroup: { name: "rg", location: "eastus" },
});
const queries = JSON.stringify(
  resources.filter(({ condition, type }) => condition && type.endsWith("/scheduledQueryRules")).map(({ body }) => body),
);

test.each([
  ["the daily limit by the word that Azure writes", "Detail contains 'OverQuota'"],
  ["kills for memory, which are reported of the node, outside of the namespace of the pods", "Reason == 'OOMKilling' or ("],
  ["pods of the compute namespace", "Namespace == 'models' and Reason in ('BackOff', 'Evicted')"],
])("log alerts look for %s", (_, part) => {
  expect(queries).toContain(part);
});
