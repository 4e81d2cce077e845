import fc from "fast-check";
import { expect, test } from "vitest";
import { isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { evaluateTemplate } from "../../src/cloud/template/index.ts";
import { armTemplate, emitBicep, emitTerraform } from "../../src/emit/index.ts";
import {
  type AnyInput,
  and,
  call,
  createProgram,
  type Expr,
  entries,
  equals,
  evaluateProgram,
  expression,
  get,
  greater,
  type NodeKind,
  not,
  or,
  type Program,
  text,
  when,
} from "../../src/ir/index.ts";
import { linkBicep } from "./bicep-linker.ts";
import { nastyText } from "./programs.ts";

const PLACE = { subscriptionId: "s", tenantId: "t", resourceGroup: { name: "rg", location: "westeurope" } };
const ROOT_ID = "/subscriptions/s/resourceGroups/rg/providers/My.Rp/things/it's";

/** A program with something of every kind to refer to, and the value as its one output. */
function programOf(make: (of: Names) => AnyInput): Program {
  const program = createProgram();
  const count = program.int("count", { description: "A number.", default: 3 });
  const tags = program.object<Record<string, string>>("tags", { description: "Tags.", default: { a: "b" } });
  const sure = program.bool("sure", { description: "Yes or no.", default: true });
  const profile = program.variable<object>("profile", { sku: { name: "S1" }, sizes: [1, 2] });
  const root = program.resource("root", { type: "My.Rp/things@2026-01-01", concern: "core", name: "it's", body: {} });
  const part = program.resource("part", {
    type: "My.Rp/things/parts@2026-01-01",
    concern: "core",
    name: "p",
    parent: root,
    condition: sure,
    body: {},
  });
  const lock = program.resource("lock", { type: "My.Auth/locks@2026-01-01", concern: "core", name: "l", scope: part, body: {} });
  program.output("value", "object", "The value.", make({ count, tags, sure, profile, root, part, lock }));
  return program.build();
}

interface Names {
  readonly count: Expr<number>;
  readonly tags: Expr<Record<string, string>>;
  readonly sure: Expr<boolean>;
  readonly profile: Expr<object>;
  readonly root: ReturnType<ReturnType<typeof createProgram>["resource"]>;
  readonly part: Names["root"];
  readonly lock: Names["root"];
}

const deployed = (id: string, full: boolean): JsonValue => {
  const properties = { fqdn: `fqdn of ${id.split("/").at(-1)}`, "odd key": 1 };
  return full ? { properties, identity: { principalId: "principal" } } : properties;
};

function armOf(program: Program): JsonValue | undefined {
  const { outputs } = armTemplate(program);
  return isObject(outputs) && isObject(outputs.value) ? outputs.value.value : undefined;
}

/** The output of the module where it says what the resource is, or of the main file. */
function bicepOf(program: Program): string {
  const { files } = emitBicep(program);
  const main = files.get("bicep/main.bicep") ?? "";
  return main
    .slice(main.indexOf("\noutput value ") + 1)
    .replace(/^output value \S+ = /, "")
    .trimEnd();
}

interface Case {
  readonly kind: NodeKind;
  readonly make: (of: Names) => AnyInput;
  readonly arm: JsonValue;
  readonly bicep: string;
  readonly value: JsonValue;
}

const CASES: Record<string, Case> = {
  "a string": {
    kind: "literal",
    make: () => "it's ${x} \\",
    arm: "it's ${x} \\",
    bicep: "'it\\'s \\${x} \\\\'",
    value: "it's ${x} \\",
  },
  "a string that looks like an expression": { kind: "literal", make: () => "[x]", arm: "[[x]", bicep: "'[x]'", value: "[x]" },
  "a number": { kind: "literal", make: () => -3, arm: -3, bicep: "-3", value: -3 },
  "a decimal": { kind: "literal", make: () => 0.5, arm: "[json('0.5')]", bicep: "json('0.5')", value: 0.5 },
  truth: { kind: "literal", make: () => true, arm: true, bicep: "true", value: true },
  nothing: { kind: "literal", make: () => null, arm: null, bicep: "null", value: null },
  "a short array": { kind: "array", make: () => ["a", 1], arm: ["a", 1], bicep: "['a', 1]", value: ["a", 1] },
  "an array of objects": {
    kind: "array",
    make: () => [{ a: 1 }, {}],
    arm: [{ a: 1 }, {}],
    bicep: "[\n  {\n    a: 1\n  }\n  {}\n]",
    value: [{ a: 1 }, {}],
  },
  "an object with keys of all sorts": {
    kind: "object",
    make: ({ root }) =>
      entries([
        ["plain", 1],
        ["app.kubernetes.io/name", 2],
        ["[x]", 3],
        ["true", 4],
        [root.id, {}],
      ]),
    arm: { plain: 1, "app.kubernetes.io/name": 2, "[[x]": 3, true: 4, "[resourceId('My.Rp/things', 'it''s')]": {} },
    bicep: "{\n  plain: 1\n  'app.kubernetes.io/name': 2\n  '[x]': 3\n  'true': 4\n  '${core.outputs.rootId}': {}\n}",
    value: { plain: 1, "app.kubernetes.io/name": 2, "[x]": 3, true: 4, [ROOT_ID]: {} },
  },
  "an object within an expression": {
    kind: "object",
    make: ({ sure }) => when(sure, { a: [1] }, {}),
    arm: "[if(parameters('sure'), createObject('a', createArray(1)), createObject())]",
    bicep: "sure\n  ? {\n      a: [1]\n    }\n  : {}",
    value: { a: [1] },
  },
  "a joined string": {
    kind: "concat",
    make: ({ count }) => text`n-${count}-{0}-${text`x${count}`}'`,
    arm: "[format('n-{0}-{{0}}-x{0}''', parameters('count'))]",
    bicep: "'n-${count}-{0}-x${count}\\''",
    value: "n-3-{0}-x3'",
  },
  "a joined string of known parts": {
    kind: "concat",
    make: () => text`[${"a"}-${"b"}]`,
    arm: "[[a-b]",
    bicep: "'[a-b]'",
    value: "[a-b]",
  },
  "a parameter": { kind: "parameter", make: ({ tags }) => tags, arm: "[parameters('tags')]", bicep: "tags", value: { a: "b" } },
  "a variable": {
    kind: "variable",
    make: ({ profile }) => profile,
    arm: "[variables('profile')]",
    bicep: "profile",
    value: { sku: { name: "S1" }, sizes: [1, 2] },
  },
  "a member of a variable": {
    kind: "access",
    make: ({ profile }) => get(profile, "sku", "name"),
    arm: "[variables('profile').sku.name]",
    bicep: "profile.sku.name",
    value: "S1",
  },
  "an item chosen by an expression": {
    kind: "access",
    make: ({ profile, count }) => get(profile, "sizes", call<number>("sub", count, 2)),
    arm: "[variables('profile').sizes[sub(parameters('count'), 2)]]",
    bicep: "profile.sizes[count - 2]",
    value: 2,
  },
  "the id of a resource": {
    kind: "resource",
    make: ({ root }) => root.id,
    arm: "[resourceId('My.Rp/things', 'it''s')]",
    bicep: "core.outputs.rootId",
    value: ROOT_ID,
  },
  "the name of a child": {
    kind: "resource",
    make: ({ part }) => part.name,
    arm: "p",
    bicep: "core.outputs.partName",
    value: "p",
  },
  "the id of an extension resource of a child": {
    kind: "resource",
    make: ({ lock }) => lock.id,
    arm: "[extensionResourceId(resourceId('My.Rp/things/parts', 'it''s', 'p'), 'My.Auth/locks', 'l')]",
    bicep: "core.outputs.lockId",
    value: `${ROOT_ID}/parts/p/providers/My.Auth/locks/l`,
  },
  "a property that Azure answers": {
    kind: "access",
    make: ({ root }) => root.get("properties", "fqdn"),
    arm: "[reference('root').fqdn]",
    bicep: "core.outputs.rootFqdn",
    value: "fqdn of it's",
  },
  "another member that Azure answers": {
    kind: "access",
    make: ({ root }) => root.get("identity", "principalId"),
    arm: "[reference('root', '2026-01-01', 'full').identity.principalId]",
    bicep: "core.outputs.rootIdentityPrincipalId",
    value: "principal",
  },
  "a property of a resource that may not be deployed": {
    kind: "access",
    make: ({ part }) => part.get("properties", "fqdn"),
    arm: "[if(parameters('sure'), reference('part').fqdn, null())]",
    bicep: "core.outputs.partFqdn",
    value: "fqdn of p",
  },
  "a function": {
    kind: "call",
    make: ({ tags }) => call("union", tags, { c: get<string>(call("resourceGroup"), "location") }),
    arm: "[union(parameters('tags'), createObject('c', resourceGroup().location))]",
    bicep: "union(\n  tags,\n  {\n    c: resourceGroup().location\n  }\n)",
    value: { a: "b", c: "westeurope" },
  },
  "operators by their strength": {
    kind: "call",
    make: ({ count, sure }) =>
      and(or(sure, greater(count, 1)), not(equals(count, call("mul", call<number>("add", count, 1), 2))), not(and(sure, false))),
    arm: "[and(or(parameters('sure'), greater(parameters('count'), 1)), not(equals(parameters('count'), mul(add(parameters('count'), 1), 2))), not(and(parameters('sure'), false())))]",
    bicep: "(sure || count > 1) && count != (count + 1) * 2 && !(sure && false)",
    value: true,
  },
  "twice not, and a choice of two": {
    kind: "call",
    make: ({ sure }) => or(and(sure, sure), not(not(sure))),
    arm: "[or(and(parameters('sure'), parameters('sure')), not(not(parameters('sure'))))]",
    bicep: "(sure && sure) || !(!sure)",
    value: true,
  },
  "a string with a literal array within": {
    kind: "concat",
    make: ({ count }) => text`{${call<string>("first", [text`a${count}`])}}`,
    arm: "[format('{{{0}}}', first(createArray(format('a{0}', parameters('count')))))]",
    bicep: "format('{{{0}}}', first(['a${count}']))",
    value: "{a3}",
  },
  "a choice": {
    kind: "condition",
    make: ({ sure, count }) => when(equals(count, 3), when(sure, "yes", null), call("coalesce", null, "no")),
    arm: "[if(equals(parameters('count'), 3), if(parameters('sure'), 'yes', null()), coalesce(null(), 'no'))]",
    bicep: "count == 3 ? (sure ? 'yes' : null) : null ?? 'no'",
    value: "yes",
  },
};

test.each(Object.entries(CASES))("%s", (_, { make, arm, bicep, value }) => {
  const program = programOf(make);

  expect({ arm: armOf(program), bicep: bicepOf(program), value: valueOf(program) }).toEqual({ arm, bicep, value });
});

test("every kind of node has a case; those of loops have tests of their own", () => {
  const kinds: Record<Exclude<NodeKind, "item" | "member" | "map">, true> = {
    literal: true,
    array: true,
    object: true,
    concat: true,
    parameter: true,
    variable: true,
    resource: true,
    access: true,
    call: true,
    condition: true,
  };

  expect(new Set(Object.values(CASES).map(({ kind }) => kind))).toEqual(new Set(Object.keys(kinds)));
});

function valueOf(program: Program): JsonValue | undefined {
  return evaluateProgram(program, { ...PLACE, parameters: {}, runtime: (id, _, full) => deployed(id, full) }).outputs.value;
}

/** Every place in which text can stand. */
const placesOf = (content: string) =>
  programOf(({ tags, count }) => ({
    plain: content,
    joined: text`${content}${count}${content}`,
    argument: call("concat", [content], [text`${content}`]),
    keys: entries([
      [content, 1],
      [text`${count}${content}`, 2],
    ]),
    chosen: get(
      expression({
        kind: "object",
        entries: [
          [
            { kind: "literal", value: content },
            { kind: "parameter", name: "count" },
          ],
        ],
      }),
      content,
    ),
    compared: equals(content, get(tags, "a")),
  }));

test("any text survives quoting in every place and in every target", () => {
  fc.assert(
    fc.property(nastyText, (content) => {
      const program = placesOf(content);
      const template = JSON.parse(JSON.stringify(armTemplate(program))) as JsonObject;
      const expected = {
        plain: content,
        joined: `${content}3${content}`,
        argument: [content, content],
        keys: { [content]: 1, [`3${content}`]: 2 },
        chosen: 3,
        compared: content === "b",
      };

      const byEngine = evaluateTemplate({
        template,
        ...PLACE,
        resourceGroup: { ...PLACE.resourceGroup, id: "/subscriptions/s/resourceGroups/rg" },
      }).outputs.value?.value;
      const byBicep = valueOf(linkBicep(emitBicep(program).files).program);

      expect({ byDefinition: valueOf(program), byEngine, byBicep }).toEqual({
        byDefinition: expected,
        byEngine: expected,
        byBicep: expected,
      });
    }),
    { numRuns: 400 },
  );
});

test("an existing resource is named in every target, deployed in none, and what hangs off it waits for what it lies in", () => {
  const program = createProgram();
  const network = program.resource("network", { type: "My.Rp/things@2026-01-01", concern: "net", name: "n", body: {} });
  const subnet = program.existing("subnet", { type: "My.Rp/things/parts@2026-01-01", name: "s", parent: network });
  program.resource("role", {
    type: "My.Auth/locks@2026-01-01",
    concern: "roles",
    name: "r",
    scope: subnet,
    body: { properties: { of: subnet.id } },
  });
  const built = program.build();
  const id = "/subscriptions/s/resourceGroups/rg/providers/My.Rp/things/n/parts/s";

  expect(armTemplate(built).resources).toMatchObject({
    subnet: {
      existing: true,
      type: "My.Rp/things/parts",
      apiVersion: "2026-01-01",
      name: "n/s",
      dependsOn: ["network"],
    },
    role: {
      scope: "[resourceId('My.Rp/things/parts', 'n', 's')]",
      properties: { of: "[resourceId('My.Rp/things/parts', 'n', 's')]" },
      dependsOn: ["network"],
    },
  });
  expect(emitBicep(built).files.get("bicep/modules/roles.bicep")).toContain(
    [
      "resource network 'My.Rp/things@2026-01-01' existing = {\n  name: networkName\n}",
      "resource subnet 'My.Rp/things/parts@2026-01-01' existing = {\n  parent: network\n  name: 's'\n}",
      "resource role 'My.Auth/locks@2026-01-01' = {\n  scope: subnet\n  name: 'r'\n  properties: {\n    of: subnet.id\n  }\n}",
    ].join("\n\n"),
  );
  expect(emitBicep(built).files.get("bicep/modules/net.bicep")).not.toContain("existing");
  expect(emitTerraform(built).files.get("terraform/roles.tf")).toContain(
    `parent_id = "\${azapi_resource.network.id}/parts/s"\n  name      = "r"`,
  );
  expect(evaluateProgram(built, { ...PLACE, parameters: {} }).resources).toMatchObject([
    { symbol: "network" },
    { symbol: "role", id: `${id}/providers/My.Auth/locks/r`, dependsOn: ["network"], body: { properties: { of: id } } },
  ]);
});

test("what an existing resource cannot say in a target is refused by name", () => {
  const program = createProgram();
  const known = program.existing("known", { type: "My.Rp/things@2026-01-01", name: "k" });
  program.resource("user", {
    type: "My.Rp/others@2026-01-01",
    concern: "core",
    name: "u",
    body: { properties: { of: known.get("properties", "x") } },
  });
  program.output("id", "string", "Its id.", known.id);
  const built = program.build();
  const codes = ({ diagnostics }: { diagnostics: readonly { code: string; at: string }[] }) =>
    diagnostics.map(({ code, at }) => `${code} at ${at}`);

  expect(codes(emitBicep(built))).toEqual(["emit.bicep.existing-in-main at outputs.id"]);
  expect(codes(emitTerraform(built))).toEqual(["emit.terraform.existing-read at resources.user"]);
  expect(armTemplate(built)).toMatchObject({ resources: { user: { properties: { of: "[reference('known').x]" } } } });
});

/** A budget of the subscription that filters by what the group's resources are called. */
function programAtSubscription(): Program {
  const program = createProgram();
  const sure = program.bool("sure", { description: "Yes or no.", default: true });
  const cluster = program.resource("cluster", { type: "My.Rp/things@2026-01-01", concern: "core", name: "c", body: {} });
  program.resource("spend", {
    type: "My.Bill/budgets@2026-01-01",
    concern: "spending",
    name: text`spend-${get<string>(call("resourceGroup"), "name")}`,
    at: "subscription",
    condition: sure,
    body: { properties: { groups: [get<string>(call("resourceGroup"), "name"), cluster.get("properties", "nodes")] } },
  });
  return program.build();
}

test("what is deployed to the subscription is a module, a nested deployment, a parent and an id of its own", () => {
  const built = programAtSubscription();

  expect(armTemplate(built).resources).toMatchObject({
    spend: {
      condition: "[parameters('sure')]",
      type: "Microsoft.Resources/deployments",
      apiVersion: "2025-04-01",
      name: "[format('{0}-{1}', 'spend', uniqueString(resourceGroup().id))]",
      subscriptionId: "[subscription().subscriptionId]",
      location: "[resourceGroup().location]",
      properties: {
        mode: "Incremental",
        expressionEvaluationOptions: { scope: "inner" },
        parameters: {
          name: { value: "[format('spend-{0}', resourceGroup().name)]" },
          properties: { value: { groups: ["[resourceGroup().name]", "[reference('cluster').nodes]"] } },
        },
        template: {
          parameters: { name: { type: "string" }, properties: { type: "object" } },
          resources: [
            {
              type: "My.Bill/budgets",
              apiVersion: "2026-01-01",
              name: "[parameters('name')]",
              properties: "[parameters('properties')]",
            },
          ],
        },
      },
      dependsOn: ["cluster"],
    },
  });
  const { files } = emitBicep(built);
  expect(files.get("bicep/main.bicep")).toContain(
    [
      "module spending 'modules/spending.bicep' = if (sure) {",
      "  name: 'spending-${uniqueString(resourceGroup().id)}'",
      "  scope: subscription()",
      "  params: {",
      "    resourceGroupName: resourceGroup().name",
      "    clusterNodes: core.outputs.clusterNodes",
      "  }",
      "}",
    ].join("\n"),
  );
  expect(files.get("bicep/modules/spending.bicep")).toContain("targetScope = 'subscription'");
  expect(files.get("bicep/modules/spending.bicep")).toContain(
    "resource spend 'My.Bill/budgets@2026-01-01' = {\n  name: 'spend-${resourceGroupName}'\n  properties: {\n    groups: [resourceGroupName, clusterNodes]\n  }\n}",
  );
  expect(emitTerraform(built).files.get("terraform/spending.tf")).toContain(
    "parent_id = data.azapi_client_config.current.subscription_resource_id",
  );
  expect(evaluateProgram(built, { ...PLACE, parameters: {} }).resources).toMatchObject([
    { symbol: "cluster" },
    { symbol: "spend", id: "/subscriptions/s/providers/My.Bill/budgets/spend-rg", dependsOn: ["cluster"] },
  ]);
});

test("what a target cannot say of the subscription is refused by name", () => {
  const program = createProgram();
  const inner = program.resource("inner", { type: "My.Rp/things@2026-01-01", concern: "mixed", name: "i", body: {} });
  const outer = program.resource("outer", {
    type: "My.Bill/budgets@2026-01-01",
    concern: "mixed",
    name: "o",
    at: "subscription",
    body: { properties: { group: call<object>("resourceGroup"), of: inner.id } },
  });
  const codes = ({ diagnostics }: { diagnostics: readonly { code: string; at: string }[] }) =>
    diagnostics.map(({ code, at }) => `${code} at ${at}`);
  expect(codes(emitBicep(program.build()))).toEqual([
    "emit.bicep.concern-target at concerns.mixed",
    "emit.bicep.whole-group at concerns.mixed",
  ]);

  program.resource("below", {
    type: "My.Bill/budgets/parts@2026-01-01",
    concern: "mixed",
    name: "b",
    parent: outer,
    body: { properties: { read: outer.get("properties", "spent") } },
  });
  expect(codes(emitBicep(program.build()))).toEqual([
    "program.place at resources.below",
    "program.subscription-read at resources.below",
  ]);
});
