import { expect, test } from "vitest";
import type { JsonArray, JsonObject, JsonValue } from "../../base/index.ts";
import { evaluateTemplate, type TemplateEvaluation } from "./index.ts";

const group = "/subscriptions/s/resourceGroups/rg";
const base = {
  contentVersion: "1.0.0.0",
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
};

function evaluate(template: JsonObject, more: Partial<TemplateEvaluation> = {}) {
  return evaluateTemplate({
    template: { ...base, ...template },
    tenantId: "t",
    subscriptionId: "s",
    resourceGroup: { id: group, name: "rg", location: "westeurope" },
    reference: ({ full, id }) => (full ? { id } : { of: id }),
    ...more,
  });
}

const symbolic = (resources: JsonObject, more: JsonObject = {}): JsonObject => ({ languageVersion: "2.0", ...more, resources });
const classic = (...resources: JsonArray): JsonObject => ({ resources });
const a = (name: string, more: JsonObject = {}): JsonObject => ({ type: "Ns.A/a", apiVersion: "2024-01-01", name, ...more });
const order = (template: JsonObject) =>
  Object.fromEntries(
    evaluate(template).resources.map(({ dependsOn, key }) => [
      key.split("/").at(-1),
      dependsOn.map((other) => other.split("/").at(-1)),
    ]),
  );

test("dependsOn takes names, ids, types with names and loop names in classic templates", () => {
  const template = classic(
    a("one"),
    a("[format('many{0}', copyIndex(1))]", { copy: { name: "loop", count: 2 } }),
    a("x", { dependsOn: ["one", "[resourceId('Ns.A/a', 'many1')]", "[concat('Ns.A/a/', 'many2')]"] }),
    a("y", { dependsOn: ["loop"] }),
  );

  expect(order(template)).toEqual({ one: [], many1: [], many2: [], x: ["one", "many1", "many2"], y: ["many1", "many2"] });
});

test("classic children take their parent's type and name and wait for it", () => {
  const { resources } = evaluate(
    classic(
      a("p", {
        resources: [
          {
            type: "b",
            apiVersion: "2024-01-01",
            name: "c",
            resources: [{ type: "Ns.A/a/b/d", apiVersion: "2024-01-01", name: "p/c/e" }],
          },
        ],
      }),
    ),
  );

  expect(resources.map(({ dependsOn, id, type }) => [type, id.slice(group.length), dependsOn.length])).toEqual([
    ["Ns.A/a", "/providers/Ns.A/a/p", 0],
    ["Ns.A/a/b", "/providers/Ns.A/a/p/b/c", 1],
    ["Ns.A/a/b/d", "/providers/Ns.A/a/p/b/c/d/e", 1],
  ]);
});

test("extension resources hang off a scope, absolute or relative, or are named inside their target", () => {
  const role = (more: JsonObject): JsonObject => ({
    type: "Microsoft.Authorization/roleAssignments",
    apiVersion: "2022-04-01",
    name: "r",
    ...more,
  });
  const { resources } = evaluate(
    symbolic({
      relative: role({ scope: "[format('Ns.A/a/{0}', 'x')]" }),
      absolute: role({ scope: "[resourceId('Ns.A/a', 'y')]" }),
      inside: role({ type: "Ns.A/a/providers/roleAssignments", name: "z/Microsoft.Authorization/r" }),
    }),
  );

  expect(resources.map(({ id }) => id.slice(group.length))).toEqual([
    "/providers/Ns.A/a/x/providers/Microsoft.Authorization/roleAssignments/r",
    "/providers/Ns.A/a/y/providers/Microsoft.Authorization/roleAssignments/r",
    "/providers/Ns.A/a/z/providers/Microsoft.Authorization/roleAssignments/r",
  ]);
});

test("existing resources may lie in another group or subscription", () => {
  const { resources } = evaluate(
    symbolic({
      other: a("x", { existing: true, resourceGroup: "other" }),
      far: a("x", { existing: true, subscriptionId: "s2", resourceGroup: "far" }),
    }),
  );

  expect(resources.map(({ body, existing, id }) => [id, existing, body])).toEqual([
    ["/subscriptions/s/resourceGroups/other/providers/Ns.A/a/x", true, undefined],
    ["/subscriptions/s2/resourceGroups/far/providers/Ns.A/a/x", true, undefined],
  ]);
});

test("references and keys make order, wherever they stand, but not in a branch that is not taken", () => {
  const template = symbolic(
    {
      a: a("a"),
      b: a("[format('b{0}', copyIndex())]", { copy: { name: "b", count: 3 } }),
      deep: a("deep", {
        properties: {
          copy: [{ name: "list", count: 2, input: "[reference(format('b[{0}]', copyIndex('list'))).of]" }],
          "[reference('a').of]": 1,
        },
      }),
      never: a("never", { properties: { x: "[if(parameters('no'), reference('a').of, 'x')]" } }),
      maybe: a("maybe", { properties: { x: "[coalesce(null(), references('b'))]" } }),
      byId: a("byId", { properties: { x: "[listKeys(resourceId('Ns.A/a', 'a'), '2024-01-01').k]" } }),
    },
    { parameters: { no: { type: "bool", defaultValue: false } } },
  );
  const keys = (value: JsonValue) => ({ list: () => ({ k: value }) });

  const found = Object.fromEntries(evaluate(template, keys(1)).resources.map(({ dependsOn, key }) => [key, dependsOn]));

  expect(found).toMatchObject({ deep: ["b[0]", "b[1]", "a"], never: [], maybe: ["b[0]", "b[1]", "b[2]"], byId: ["a"] });
});

test("serial loops run batch after batch", () => {
  const template = symbolic({ b: a("[string(copyIndex())]", { copy: { name: "b", count: 5, mode: "Serial", batchSize: 2 } }) });

  expect(order(template)).toEqual({
    "b[0]": [],
    "b[1]": [],
    "b[2]": ["b[0]", "b[1]"],
    "b[3]": ["b[0]", "b[1]"],
    "b[4]": ["b[2]", "b[3]"],
  });
});

test("what is not deployed needs no name that makes sense, and a loop without turns may be waited for", () => {
  const { resources } = evaluate(
    symbolic(
      {
        key: a("[split(parameters('keyId'), '/')[8]]", { existing: true, condition: "[not(empty(parameters('keyId')))]" }),
        none: a("[string(copyIndex())]", { copy: { name: "none", count: "[length(createArray())]" } }),
        x: a("x", {
          dependsOn: ["key", "none"],
          properties: { key: "[if(empty(parameters('keyId')), null(), reference('key').of)]" },
        }),
      },
      { parameters: { keyId: { type: "string", nullable: true } } },
    ),
  );

  expect(resources.map(({ body, condition, key }) => [key, condition, body])).toEqual([
    ["key", false, undefined],
    ["x", true, { properties: { key: null } }],
  ]);
});

test("bodies keep what only looks like an expression, and lose what only steers the deployment", () => {
  const { resources } = evaluate(
    symbolic({
      a: a("a", {
        comments: "why",
        metadata: { m: 1 },
        dependsOn: [],
        location: "[resourceGroup().location]",
        tags: { "[concat('a', 'b')]": "[[not an expression]" },
        properties: { __proto__x: 1, copy: "just a property", nothing: null, float: 0.25, nested: { list: ["[null()]", "[1]"] } },
      }),
    }),
  );

  expect(resources[0]?.body).toEqual({
    location: "westeurope",
    tags: { ab: "[not an expression]" },
    properties: { __proto__x: 1, copy: "just a property", nothing: null, float: 0.25, nested: { list: [null, 1] } },
  });
});

test("typed parameters are held to definitions, discriminators, tuples and bounds", () => {
  const template = (type: JsonObject) =>
    symbolic(
      {},
      {
        definitions: {
          cat: {
            type: "object",
            properties: { kind: { type: "string", allowedValues: ["cat"] }, lives: { type: "int", minValue: 1 } },
            additionalProperties: false,
          },
          dog: {
            type: "object",
            properties: { kind: { type: "string", allowedValues: ["dog"] }, name: { $ref: "#/definitions/name" } },
          },
          name: { type: "string", minLength: 2 },
          tree: { type: "object", properties: { left: { $ref: "#/definitions/tree", nullable: true } } },
        },
        parameters: { p: type },
        outputs: { p: { type: "object", value: { v: "[parameters('p')]" } } },
      },
    );
  const pet = {
    type: "object",
    discriminator: { propertyName: "kind", mapping: { cat: { $ref: "#/definitions/cat" }, dog: { $ref: "#/definitions/dog" } } },
  };
  const give = (type: JsonObject, value: JsonValue) => () =>
    evaluate(template(type), { parameters: { p: { value } } }).outputs.p?.value;

  expect(give(pet, { kind: "cat", lives: 9 })()).toEqual({ v: { kind: "cat", lives: 9 } });
  expect(give(pet, { kind: "cat", lives: 0 })).toThrow(/'parameters.p.lives' is 0; minValue is 1/);
  expect(give(pet, { kind: "cat", lives: 1, tail: true })).toThrow(/property 'tail', which is not allowed/);
  expect(give(pet, { kind: "dog" })).toThrow(/lacks the required property 'name'/);
  expect(give(pet, { kind: "dog", name: "x" })).toThrow(/'parameters.p.name' has the length 1; minLength is 2/);
  expect(give(pet, { kind: "fish" })).toThrow(/'parameters.p.kind' is "fish"; expected one of cat, dog/);
  expect(give({ type: "array", prefixItems: [{ type: "int" }, { type: "string" }], items: false }, [1, "a"])()).toEqual({
    v: [1, "a"],
  });
  expect(give({ type: "array", prefixItems: [{ type: "int" }], items: false }, [1, 2])).toThrow(/has 2 items; expected 1/);
  expect(give({ type: "array", items: { $ref: "#/definitions/name" } }, ["ok", 5])).toThrow(
    /'parameters.p\[1\]' is of type 'Integer'; expected 'String'/,
  );
  expect(give({ $ref: "#/definitions/tree" }, { left: { left: { left: null } } })()).toEqual({
    v: { left: { left: { left: null } } },
  });
  expect(give({ $ref: "#/definitions/none" }, 1)).toThrow(/'#\/definitions\/none' is not found/);
  expect(give({ metadata: { description: "a resource-derived type" }, nullable: true }, [1])()).toEqual({ v: [1] });
});
