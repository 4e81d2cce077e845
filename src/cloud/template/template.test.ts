import { expect, test } from "vitest";
import { evaluateTemplate } from "./index.ts";

test("a smoke", () => {
  const { resources, outputs } = evaluateTemplate({
    template: {
      $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
      contentVersion: "1.0.0.0",
      languageVersion: "2.0",
      parameters: { n: { type: "int", defaultValue: 2 } },
      variables: { copy: [{ name: "v", count: 2, input: "[copyIndex('v')]" }] },
      resources: {
        a: {
          type: "T.T/a",
          apiVersion: "2024-01-01",
          name: "[format('a{0}', copyIndex())]",
          copy: { name: "a", count: "[parameters('n')]" },
          properties: { x: "[variables('v')]" },
        },
        b: { type: "T.T/b", apiVersion: "2024-01-01", name: "b", properties: { y: "[reference('a[1]').z]" } },
      },
      outputs: { o: { type: "string", value: "[reference('b', '2024-01-01', 'full').id]" } },
    },
    tenantId: "t",
    subscriptionId: "s",
    resourceGroup: { id: "/subscriptions/s/resourceGroups/rg", name: "rg", location: "westeurope" },
    reference: ({ id, full }) => (full ? { id } : { z: id }),
  });
  expect({ resources, outputs }).toMatchInlineSnapshot(`
    {
      "outputs": {
        "o": {
          "type": "String",
          "value": "/subscriptions/s/resourceGroups/rg/providers/T.T/b/b",
        },
      },
      "resources": [
        {
          "apiVersion": "2024-01-01",
          "body": {
            "properties": {
              "x": [
                0,
                1,
              ],
            },
          },
          "condition": true,
          "dependsOn": [],
          "existing": false,
          "id": "/subscriptions/s/resourceGroups/rg/providers/T.T/a/a0",
          "key": "a[0]",
          "name": "a0",
          "type": "T.T/a",
        },
        {
          "apiVersion": "2024-01-01",
          "body": {
            "properties": {
              "x": [
                0,
                1,
              ],
            },
          },
          "condition": true,
          "dependsOn": [],
          "existing": false,
          "id": "/subscriptions/s/resourceGroups/rg/providers/T.T/a/a1",
          "key": "a[1]",
          "name": "a1",
          "type": "T.T/a",
        },
        {
          "apiVersion": "2024-01-01",
          "body": {
            "properties": {
              "y": "/subscriptions/s/resourceGroups/rg/providers/T.T/a/a1",
            },
          },
          "condition": true,
          "dependsOn": [
            "a[1]",
          ],
          "existing": false,
          "id": "/subscriptions/s/resourceGroups/rg/providers/T.T/b/b",
          "key": "b",
          "name": "b",
          "type": "T.T/b",
        },
      ],
    }
  `);
});
