import { expect, test } from "vitest";
import {
  checkProgram,
  createProgram,
  deploymentOrder,
  get,
  type Node,
  type Program,
  type Resource,
  removalOrder,
  toNode,
} from "./index.ts";

const literal = (value: string): Node => toNode(value);
const member = (symbol: string, ...path: string[]): Node => get({ node: { kind: "resource", symbol } }, ...path).node;

const resource = (symbol: string, more: Partial<Resource> = {}): Resource => ({
  symbol,
  type: "My.Rp/things",
  apiVersion: "2026-01-01",
  concern: "core",
  name: literal(symbol),
  body: toNode({}),
  dependsOn: [],
  onlyIfNotExists: false,
  ...more,
});

const program = (more: Partial<Program>): Program => ({
  parameters: [],
  variables: [],
  resources: [],
  existing: [],
  tables: [],
  loops: [],
  outputs: [],
  ...more,
});

test.each<[string, Partial<Program>, string[]]>([
  [
    "a good program",
    { resources: [resource("a"), resource("b", { body: { kind: "object", entries: [[literal("x"), member("a", "id")]] } })] },
    [],
  ],
  [
    "an unknown resource",
    { resources: [resource("storage"), resource("b", { dependsOn: ["storag"] })] },
    ["program.unknown-resource at resources.b"],
  ],
  [
    "an unknown resource under an access",
    { outputs: [{ name: "o", type: "string", description: "", value: member("a", "id") }] },
    ["program.unknown-resource at outputs.o"],
  ],
  [
    "an unknown parameter",
    { variables: [{ name: "v", value: { kind: "parameter", name: "p" } }] },
    ["program.unknown-parameter at variables.v"],
  ],
  [
    "an unknown variable",
    { resources: [resource("a", { name: { kind: "variable", name: "v" } })] },
    ["program.unknown-variable at resources.a.name"],
  ],
  [
    "a circle of resources",
    { resources: [resource("a", { dependsOn: ["b"] }), resource("b", { dependsOn: ["a"] })] },
    ["program.cycle at resources.a"],
  ],
  [
    "a circle of variables",
    {
      variables: [
        { name: "v", value: { kind: "variable", name: "w" } },
        { name: "w", value: { kind: "variable", name: "v" } },
      ],
    },
    ["program.cycle at variables.v"],
  ],
  [
    "a name known only after deployment",
    { resources: [resource("a"), resource("b", { name: member("a", "properties", "x") })] },
    ["program.runtime-value at resources.b.name"],
  ],
  [
    "such a name through a variable",
    {
      variables: [{ name: "v", value: member("a", "properties", "x") }],
      resources: [resource("a"), resource("b", { name: { kind: "variable", name: "v" } })],
    },
    ["program.runtime-value at resources.b.name"],
  ],
  [
    "a resource as a value",
    {
      resources: [resource("a")],
      outputs: [{ name: "o", type: "object", description: "", value: { kind: "resource", symbol: "a" } }],
    },
    ["program.bare-resource at outputs.o"],
  ],
  [
    "two resources of one name",
    { resources: [resource("a"), resource("b", { name: literal("a") })] },
    ["program.duplicate at resources.b"],
  ],
  ["names that differ in case only", { resources: [resource("a"), resource("A")] }, ["program.duplicate at resources.A"]],
  [
    "a child of the wrong type",
    { resources: [resource("a"), resource("b", { parent: "a", type: "My.Rp/others/parts" })] },
    ["program.parent-type at resources.b"],
  ],
  [
    "a child without a parent",
    { resources: [resource("b", { type: "My.Rp/things/parts" })] },
    ["program.parent-type at resources.b"],
  ],
  [
    "a body with a member that the declaration gives",
    { resources: [resource("a", { body: toNode({ name: "b" }) })] },
    ["program.body at resources.a"],
  ],
  [
    "a default that its own declaration refuses",
    { parameters: [{ name: "p", type: "int", description: "", default: toNode(0), minValue: 1 }] },
    ["parameter.out-of-range at parameters.p"],
  ],
])("%s", (_, parts, expected) => {
  expect(checkProgram(program(parts)).map(({ code, at }) => `${code} at ${at}`)).toEqual(expected);
});

test("order follows references through variables, and removal is the reverse", () => {
  const builder = createProgram();
  const identity = builder.resource("identity", { type: "My.Rp/identities@1", concern: "a", name: "id", body: {} });
  const shared = builder.variable("shared", { identity: identity.id });
  const role = builder.resource("role", { type: "My.Rp/roles@1", concern: "a", name: "role", body: { properties: { shared } } });
  builder.resource("cluster", { type: "My.Rp/clusters@1", concern: "a", name: "c", body: {}, dependsOn: [role] });

  const built = builder.build();

  expect(deploymentOrder(built)).toEqual(["identity", "role", "cluster"]);
  expect(removalOrder(built)).toEqual(["cluster", "role", "identity"]);
});

test("an existing resource has a place like any other, and nothing can wait for it alone", () => {
  const existing = (symbol: string, more: object = {}) => ({
    symbol,
    type: "My.Rp/things/parts",
    apiVersion: "2026-01-01",
    name: literal(symbol),
    ...more,
  });
  const codes = (more: Partial<Program>) => checkProgram(program(more)).map(({ code, at }) => `${code} at ${at}`);

  expect(codes({ resources: [resource("a")], existing: [existing("part", { parent: "a" })] })).toEqual([]);
  expect(codes({ existing: [existing("part")] })).toEqual(["program.parent-type at resources.part"]);
  expect(codes({ existing: [existing("part", { parent: "a" })] })).toEqual(["program.unknown-resource at resources.part"]);
  expect(
    codes({
      resources: [resource("a"), resource("b", { dependsOn: ["part"] })],
      existing: [existing("part", { parent: "a" })],
    }),
  ).toEqual(["program.unknown-resource at resources.b"]);
  expect(codes({ resources: [resource("a")], existing: [existing("A", { parent: "a" })] })).toContain(
    "program.duplicate at resources.a",
  );
});
