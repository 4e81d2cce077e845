import { expect, test } from "vitest";
import type { JsonValue } from "../base/index.ts";
import { DiagnosticsError } from "../report/index.ts";
import {
  type AnyInput,
  call,
  createProgram,
  type EvaluationOptions,
  entries,
  evaluateProgram,
  get,
  text,
  when,
} from "./index.ts";

const OPTIONS: EvaluationOptions = {
  parameters: {},
  subscriptionId: "11111111-1111-1111-1111-111111111111",
  tenantId: "22222222-2222-2222-2222-222222222222",
  resourceGroup: { name: "rg", location: "westeurope" },
};

function valueOf(value: AnyInput): JsonValue | undefined {
  const program = createProgram();
  program.output("value", "object", "The value.", value);
  return evaluateProgram(program.build(), OPTIONS).outputs.value;
}

test.each<[string, AnyInput, JsonValue]>([
  [
    "union merges objects to the bottom and replaces arrays",
    call("union", { a: { b: 1, c: [1] } }, { a: { c: [2], d: null } }),
    { a: { b: 1, c: [2], d: null } },
  ],
  ["union of arrays keeps the first of equal items", call("union", [1, { a: 1 }], [{ a: 1 }, "1"]), [1, { a: 1 }, "1"]],
  ["contains finds keys whatever their case", call("contains", { Key: 1 }, "kEY"), true],
  ["contains in a string minds case", call("contains", "FOOBAR", "bar"), false],
  ["contains in an array minds types", call("contains", [1, "a"], "1"), false],
  [
    "equals minds case and compares to the bottom",
    [call("equals", "a", "A"), call("equals", { a: [1] }, { a: [1] })],
    [false, true],
  ],
  [
    "take is content with less",
    [call("take", "abc", 9), call("take", [1, 2, 3], 2), call("take", "abc", -1)],
    ["abc", [1, 2], ""],
  ],
  ["substring without a length goes to the end", [call("substring", "abcd", 1), call("substring", "abcd", 1, 2)], ["bcd", "bc"]],
  ["split takes several separators", call("split", "a,b;c", [",", ";"]), ["a", "b", "c"]],
  ["replace takes the replacement literally", call("replace", "a-b-c", "-", "$&"), "a$&b$&c"],
  [
    "string of truth has a capital, of an object is compact JSON",
    [call("string", true), call("string", { a: [1] })],
    ["True", '{"a":[1]}'],
  ],
  ["joined truth has a capital", text`is ${call<string>("equals", 1, 1)}`, "is True"],
  ["the first host follows the address of the network", call("cidrHost", "10.40.9.64/26", 0), "10.40.9.65"],
  ["the last host comes before the broadcast address", call("cidrHost", "10.40.9.0/30", 1), "10.40.9.2"],
  ["base64 is of UTF-8", call("base64", "ä"), "w6Q="],
  ["json gives decimals", call("json", "0.5"), 0.5],
  [
    "first and last of nothing",
    [call("first", ""), call("first", []), call("last", []), call("last", "ab")],
    ["", null, null, "b"],
  ],
  ["empty holds for null", [call("empty", null), call("empty", {}), call("empty", "a")], [true, true, false]],
  ["coalesce stops at the first value", call("coalesce", null, 1, call("json", "no JSON")), 1],
  [
    "and and or stop early",
    [call("and", false, call("json", "no JSON")), call("or", true, call("json", "no JSON"))],
    [false, true],
  ],
  ["only the branch that is taken is evaluated", when(call<boolean>("empty", ""), 1, call("json", "no JSON")), 1],
  ["min takes numbers or one array", [call("min", 3, 2), call("max", [1, 5])], [2, 5]],
  ["properties are found whatever their case", get(call("resourceGroup"), "LOCATION"), "westeurope"],
  ["keys may be expressions", entries([[text`${get<string>(call("resourceGroup"), "name")}/x`, {}]]), { "rg/x": {} }],
  [
    "a role definition's id",
    call("subscriptionResourceId", "Microsoft.Authorization/roleDefinitions", "r"),
    "/subscriptions/11111111-1111-1111-1111-111111111111/providers/Microsoft.Authorization/roleDefinitions/r",
  ],
])("%s", (_, value, expected) => {
  expect(valueOf(value)).toEqual(expected);
});

test.each<[AnyInput, string]>([
  [get({ node: { kind: "object", entries: [] } }, "missing"), "there is no property missing; there are none"],
  [call("substring", "abc", 2, 5), 'substring from 2, 5 long, is outside of "abc"'],
  [call("toLower", 1), "1 is not a string"],
  [text`${{ node: { kind: "array", items: [] } }}`, "an object or an array cannot be joined into a string"],
])("what ARM would fail on is an error with its place", (value, message) => {
  expect(() => valueOf(value)).toThrow(`error program.evaluation at outputs.value: ${message}`);
});

function clusterProgram() {
  const program = createProgram();
  const count = program.int("count", { description: "Nodes.", default: 3, minValue: 1, maxValue: 9 });
  const gpu = program.bool("gpu", { description: "GPU nodes.", default: false });
  const cluster = program.resource("cluster", {
    type: "My.Rp/clusters@2026-01-01",
    concern: "cluster",
    name: "aks",
    body: { properties: { count } },
  });
  const pool = program.resource("pool", {
    type: "My.Rp/clusters/pools@2026-01-01",
    concern: "cluster",
    name: "gpu",
    parent: cluster,
    condition: gpu,
    body: {},
  });
  program.resource("lock", {
    type: "My.Auth/locks@2026-01-01",
    concern: "cluster",
    name: "lock",
    scope: pool,
    body: {
      properties: {
        issuer: cluster.get("properties", "oidc", "issuer"),
        who: cluster.get("identity", "principalId"),
        pool: pool.get("properties", "size"),
        id: pool.id,
      },
    },
  });
  program.output("issuer", "string", "Issuer.", text`issuer ${cluster.get("properties", "oidc", "issuer")}`);
  return program.build();
}

test("ids follow parents and scopes, and dependencies follow references", () => {
  const { resources } = evaluateProgram(clusterProgram(), OPTIONS);

  const group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg";
  expect(resources.map(({ symbol, id, name, condition, dependsOn }) => ({ symbol, id, name, condition, dependsOn }))).toEqual([
    { symbol: "cluster", id: `${group}/providers/My.Rp/clusters/aks`, name: "aks", condition: true, dependsOn: [] },
    {
      symbol: "pool",
      id: `${group}/providers/My.Rp/clusters/aks/pools/gpu`,
      name: "aks/gpu",
      condition: false,
      dependsOn: ["cluster"],
    },
    {
      symbol: "lock",
      id: `${group}/providers/My.Rp/clusters/aks/pools/gpu/providers/My.Auth/locks/lock`,
      name: "lock",
      condition: true,
      dependsOn: ["pool", "cluster"],
    },
  ]);
});

test("what only the deployment knows is marked, and what is not deployed is null", () => {
  const { resources, outputs } = evaluateProgram(clusterProgram(), OPTIONS);

  const lock = resources.find((resource) => resource.symbol === "lock");
  expect(lock?.unknown).toEqual([
    { at: "properties.issuer", of: "cluster.properties.oidc.issuer" },
    { at: "properties.who", of: "cluster.identity.principalId" },
  ]);
  expect(lock?.body.properties).toMatchObject({ issuer: "(known after deployment: cluster.properties.oidc.issuer)", pool: null });
  expect(outputs.issuer).toBe("(known after deployment: cluster.properties.oidc.issuer)");
});

test("with a way to read deployed resources nothing is unknown", () => {
  const runtime = (id: string, apiVersion: string, full: boolean): JsonValue =>
    full ? { identity: { principalId: `${apiVersion} of ${id.split("/").at(-1)}` } } : { oidc: { issuer: "https://issuer" } };

  const { resources, outputs } = evaluateProgram(clusterProgram(), { ...OPTIONS, runtime });

  expect(resources.find((resource) => resource.symbol === "lock")?.body.properties).toMatchObject({
    issuer: "https://issuer",
    who: "2026-01-01 of aks",
  });
  expect(outputs.issuer).toBe("issuer https://issuer");
});

test("wrong parameters are refused before anything is evaluated", () => {
  const evaluate = () => evaluateProgram(clusterProgram(), { ...OPTIONS, parameters: { count: 10, gppu: true } });

  expect(evaluate).toThrow(DiagnosticsError);
  expect(evaluate).toThrow(
    "error parameter.out-of-range at parameters.count: count is 10; use 1 to 9\nerror parameter.unknown at parameters.gppu: there is no parameter gppu; did you mean gpu?",
  );
});
