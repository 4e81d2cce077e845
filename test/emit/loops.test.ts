import { expect, test, vi } from "vitest";
import { emitBicep, emitTerraform } from "../../src/emit/index.ts";
import {
  type AnyInput,
  and,
  call,
  checkProgram,
  createProgram,
  equals,
  evaluateProgram,
  expression,
  get,
  type Program,
  type ProgramBuilder,
  resourceHandle,
  text,
  toNode,
  when,
} from "../../src/ir/index.ts";
import { linkBicep } from "./bicep-linker.ts";
import { compareBicep } from "./compare.ts";
import { compareTerraform, GROUP, PLACE } from "./compare-terraform.ts";

/** HashiCorp's parser starts in a second. */
vi.setConfig({ testTimeout: 60_000 });

const THING = "My.Rp/things@2026-01-01";
const PART = "My.Rp/things/parts@2026-01-01";

type Shelf = {
  readonly size: number;
  readonly flavour?: string;
  readonly zones: readonly string[];
  readonly wanted?: boolean;
};

const SHELVES: Record<string, Shelf> = {
  "it's first": { size: 1, zones: ["b"] },
  second: { size: 2, flavour: "sour", zones: ["a", "b"], wanted: false },
  third: { size: 3, zones: [] },
};

/** Zones; shelves that refer to zones by the keys in their rows; a part of each shelf. */
function declare(program: ProgramBuilder) {
  const flag = program.bool("flag", { description: "Yes or no.", default: true });
  const places = program.table("zoneNames", "zone", { a: { name: text`zone-${"a"}` }, b: { name: "zone-b" } });
  const zones = program.loop("zones", places, (zone) => ({
    symbol: (key) => `${key}Zone`,
    type: "My.Rp/zones@2026-01-01",
    concern: "first",
    name: zone.get("name"),
    condition: flag,
    body: {},
  }));
  const table = program.table("shelfRows", "shelf", SHELVES);
  const symbolOf = (key: string) => `shelf${Object.keys(SHELVES).indexOf(key)}`;
  const shelves = program.loop("shelves", table, (shelf) => ({
    symbol: symbolOf,
    type: THING,
    concern: "first",
    name: text`shelf-${shelf.get("size")}`,
    condition: and(flag, shelf.get("wanted", true)),
    body: {
      location: "here",
      properties: {
        key: shelf.key,
        flavour: shelf.get("flavour", "sweet"),
        zones: shelf.map("zones", "letter", (letter) => ({ letter: letter.value, id: zones.of(letter.value).id })),
      },
    },
    comment: "What stands in a shelf stays cool.",
  }));
  const parts = program.loop("boards", table, (shelf) => ({
    symbol: (key) => `${symbolOf(key)}Board`,
    type: PART,
    concern: "first",
    name: "board",
    parent: shelves.of(shelf.key),
    condition: and(flag, shelf.get("wanted", true)),
    body: { properties: { size: shelf.get("size") } },
    dependsOn: () => [zones.at("a")],
  }));
  return { flag, zones, shelves, parts };
}

function programOf(more: (program: ProgramBuilder, declared: ReturnType<typeof declare>) => void = () => {}): Program {
  const builder = createProgram();
  const declared = declare(builder);
  more(builder, declared);
  return builder.build();
}

/** Both languages read back; `flag` decides whether anything is there. */
async function expectSame(program: Program) {
  expect(checkProgram(program)).toEqual([]);
  for (const flag of [true, false]) {
    const bicep = compareBicep(program, { ...PLACE, resourceGroup: GROUP, parameters: { flag } });
    expect(bicep.printed).toEqual(bicep.defined);
    const terraform = await compareTerraform(program, { flag });
    expect(terraform.printed).toEqual(terraform.defined);
  }
}

const bicepOf = (program: Program) => emitBicep(program).files.get("bicep/modules/first.bicep") ?? "";
const terraformOf = (program: Program) => emitTerraform(program).files.get("terraform/first.tf") ?? "";
const declarations = (source: string) =>
  source.match(/^resource .*$/gm)?.map((line) => line.replace(/ '.* = /, " = ").replace(/^resource |[{"]/g, "")) ?? [];

test("Bicep gets a table and a loop; another member of the row is found by its index, one of another table by its key", async () => {
  const program = programOf();

  expect(bicepOf(program)).toContain(`var zoneNames = [
  { key: 'a', name: 'zone-a' }
  { key: 'b', name: 'zone-b' }
]

var zoneKeys = [
  for zone in zoneNames: zone.key
]

resource zones 'My.Rp/zones@2026-01-01' = [
  for zone in zoneNames: if (flag) {
    name: zone.name
  }
]

var shelfRows = [
  { key: 'it\\'s first', size: 1, zones: ['b'] }
  { key: 'second', size: 2, flavour: 'sour', zones: ['a', 'b'], wanted: false }
  { key: 'third', size: 3, zones: [] }
]

// What stands in a shelf stays cool.
resource shelves 'My.Rp/things@2026-01-01' = [
  for shelf in shelfRows: if (flag && (shelf.?wanted ?? true)) {
    name: 'shelf-\${shelf.size}'
    location: 'here'
    properties: {
      key: shelf.key
      flavour: shelf.?flavour ?? 'sweet'
      zones: [
        for letter in shelf.zones: {
          letter: letter
          id: zones[indexOf(zoneKeys, letter)].id
        }
      ]
    }
  }
]

resource boards 'My.Rp/things/parts@2026-01-01' = [
  for (shelf, i) in shelfRows: if (flag && (shelf.?wanted ?? true)) {
    parent: shelves[i]
    name: 'board'
    properties: {
      size: shelf.size
    }
    dependsOn: [
      zones
    ]
  }
]
`);
  await expectSame(program);
});

test("Terraform gets a local and for_each; members are found by their keys", () => {
  expect(terraformOf(programOf())).toContain(`locals {
  shelf_rows = {
    "it's first" = { size = 1, zones = ["b"] }
    second       = { size = 2, flavour = "sour", zones = ["a", "b"], wanted = false }
    third        = { size = 3, zones = [] }
  }
}

# What stands in a shelf stays cool.
resource "azapi_resource" "shelves" {
  for_each = {
    for key, shelf in local.shelf_rows : key => shelf
    if var.flag && lookup(shelf, "wanted", true)
  }

  type      = "My.Rp/things@2026-01-01"
  parent_id = data.azapi_resource.resource_group.id
  name      = "shelf-\${each.value.size}"
  location  = "here"

  body = {
    properties = {
      key     = each.key
      flavour = lookup(each.value, "flavour", "sweet")
      zones = [
        for letter in each.value.zones : {
          letter = letter
          id     = azapi_resource.zones[letter].id
        }
      ]
    }
  }
  ignore_casing = true
}

resource "azapi_resource" "boards" {
  for_each = {
    for key, shelf in local.shelf_rows : key => shelf
    if var.flag && lookup(shelf, "wanted", true)
  }

  type      = "My.Rp/things/parts@2026-01-01"
  parent_id = azapi_resource.shelves[each.key].id
  name      = "board"

  body = {
    properties = {
      size = each.value.size
    }
  }

  depends_on = [azapi_resource.zones]
}
`);
});

test("what refers to a member from outside finds it by number or key, in its module and in others", async () => {
  const program = programOf((builder, { flag, shelves }) => {
    for (const concern of ["first", "second"]) {
      builder.resource(`${concern}Lock`, {
        type: "My.Auth/locks@2026-01-01",
        concern,
        name: call<string>("guid", shelves.at("third").id, concern),
        scope: shelves.at("third"),
        condition: flag,
        body: { properties: { of: shelves.at("third").name } },
        dependsOn: [shelves.at("it's first")],
      });
    }
  });

  expect(bicepOf(program)).toContain("  scope: shelves[2] // third\n");
  expect(bicepOf(program)).toContain("    shelves[0] // it's first\n");
  expect(terraformOf(program)).toContain('parent_id = azapi_resource.shelves["third"].id');
  await expectSame(program);
});

test("Bicep's table has keys only where something asks for them; lists of keys are called as their tables", async () => {
  const builder = createProgram();
  builder.bool("flag", { description: "Yes or no.", default: true });
  const silent = builder.table("silentRows", "row", { one: { size: 1 }, two: { size: 2 } });
  const asked = builder.table("policies", "row", { one: { size: 3 }, two: { size: 4 } });
  builder.loop("things", silent, (row) => ({
    symbol: (key) => `${key}Thing`,
    type: THING,
    concern: "first",
    name: text`thing-${row.get("size")}`,
    body: {},
  }));
  const found = builder.loop("assignments", asked, (row) => ({
    symbol: (key) => `${key}Assignment`,
    type: THING,
    concern: "first",
    name: text`assignment-${row.get("size")}`,
    body: {},
  }));
  const users = builder.table("users", "user", { a: { of: "one" }, b: { of: "two" } });
  builder.loop("readers", users, (user) => ({
    symbol: (key) => `${key}Reader`,
    type: THING,
    concern: "first",
    name: text`reader-${user.key}`,
    body: { properties: { of: found.of(user.get("of")).id } },
  }));
  const program = builder.build();

  expect(bicepOf(program)).toContain("  { size: 1 }\n");
  expect(bicepOf(program)).toContain("  { key: 'one', size: 3 }\n");
  expect(bicepOf(program)).toContain("  { key: 'a', of: 'one' }\n");
  expect(bicepOf(program)).toContain("of: assignments[indexOf(policyKeys, user.of)].id");
  await expectSame(program);
});

test("a table may hold ids of what is not always there, and of what comes before", async () => {
  const builder = createProgram();
  const flag = builder.bool("flag", { description: "Yes or no.", default: true });
  const sure = builder.resource("sure", { type: THING, concern: "first", name: "sure", body: {} });
  const maybe = builder.resource("maybe", { type: THING, concern: "second", name: "maybe", condition: flag, body: {} });
  const table = builder.table("pairs", "pair", { one: { target: sure.id }, two: { target: maybe.id, wanted: flag } });
  builder.loop("users", table, (pair) => ({
    symbol: (key) => `${key}User`,
    type: THING,
    concern: "first",
    name: text`user-${pair.key}`,
    condition: and(true, pair.get("wanted", true)),
    body: { properties: { target: pair.get("target") } },
  }));
  const program = builder.build();

  expect(terraformOf(program)).toContain("target = one(azapi_resource.maybe[*].id)");
  await expectSame(program);
});

const THINGS = { symbol: (key: string) => `${key}Thing`, type: THING, concern: "first" } as const;

/** Each leaves some resources out of their loops, and everything means the same. */
const ALONE: Record<string, [make: () => Program, bicep: readonly string[]]> = {
  "a resource that was changed, and what refers to it by key": [
    () => changed(programOf(), "aZone", { location: "elsewhere" }),
    ["aZone = if (flag) ", "bZone = if (flag) ", "shelf0 = if (flag) ", "shelf0Board = if (flag) "],
  ],
  "a row of which something is read back": [
    () =>
      programOf((builder, { shelves }) =>
        builder.output("text", "string", "Text.", shelves.at("third").get("properties", "key")),
      ),
    ["zones = [", "shelves = [", "shelf2 = if (flag) ", "boards = [", "shelf2Board = if (flag) "],
  ],
  "resources of a table with a field that may be null where others leave it out": [
    () => {
      const builder = createProgram();
      builder.bool("flag", { description: "Yes or no.", default: true });
      const flavour = when<string>(equals(get<string>(call("resourceGroup"), "name"), "x"), "sour", null);
      const table = builder.table("rows", "row", { one: { flavour }, two: {} });
      builder.loop("things", table, (row) => ({
        ...THINGS,
        name: text`thing-${row.key}`,
        body: { properties: { flavour: row.get("flavour", "sweet") } },
      }));
      return builder.build();
    },
    ["oneThing = ", "twoThing = "],
  ],
  "loops over a table that refers to what comes after one of them": [
    () => {
      const builder = createProgram();
      builder.bool("flag", { description: "Yes or no.", default: true });
      const body = { properties: { of: resourceHandle("oneThing").id } };
      const after = builder.resource("after", { type: THING, concern: "first", name: "after", body });
      const table = builder.table("rows", "row", { one: { of: after.id }, two: { of: "" } });
      builder.loop("things", table, (row) => ({ ...THINGS, name: text`thing-${row.key}`, body: {} }));
      builder.loop("users", table, (row) => ({
        ...THINGS,
        symbol: (key) => `${key}User`,
        name: text`user-${row.key}`,
        body: { properties: { of: row.get("of") } },
      }));
      return builder.build();
    },
    ["oneThing = ", "twoThing = ", "after = ", "oneUser = ", "twoUser = "],
  ],
  "loops that would come before themselves": [
    () => {
      const builder = createProgram();
      const flag = builder.bool("flag", { description: "Yes or no.", default: true });
      const body = { properties: { of: resourceHandle("aZone").id } };
      const between = builder.resource("between", { type: THING, concern: "first", name: "between", body });
      const table = builder.table("zoneNames", "zone", { a: { name: "zone-a" }, b: { name: "zone-b" } });
      builder.loop("zones", table, (zone) => ({
        symbol: (key) => `${key}Zone`,
        type: THING,
        concern: "first",
        name: zone.get("name"),
        condition: flag,
        body: {},
        dependsOn: (key) => (key === "b" ? [between] : []),
      }));
      return builder.build();
    },
    ["aZone = if (flag) ", "bZone = if (flag) "],
  ],
};

function changed(program: Program, symbol: string, body: AnyInput): Program {
  const resources = program.resources.map((resource) =>
    resource.symbol === symbol ? { ...resource, body: toNode(body) } : resource,
  );
  return { ...program, resources };
}

test.each(Object.entries(ALONE))("%s stand alone", async (_, [make, bicep]) => {
  const program = make();

  expect(declarations(bicepOf(program))).toEqual(expect.arrayContaining([...bicep]));
  await expectSame(program);
});

/** What Bicep cannot say as a loop and Terraform can. */
const BICEP_CANNOT: Record<string, (program: ProgramBuilder) => void> = {
  "a list inside of a list": (program) => {
    const table = program.table("rows", "row", { one: { outer: [{ inner: [1] }] }, two: { outer: [{ inner: [2, 3] }] } });
    program.loop("things", table, (row) => ({
      ...THINGS,
      name: text`thing-${row.key}`,
      body: {
        properties: {
          list: row.map("outer", "outer", (outer) => ({ list: outer.map("inner", "inner", (inner) => inner.value) })),
        },
      },
    }));
  },
  "a row that is called as something else": (program) => {
    program.string("row", { description: "Taken.", default: "x" });
    const table = program.table("rows", "row", { one: { size: 1 }, two: { size: 2 } });
    program.loop("things", table, (row) => ({
      ...THINGS,
      name: text`thing-${row.key}`,
      body: { properties: { size: row.get("size") } },
    }));
  },
  "a table that holds what is known later": (program) => {
    const root = program.resource("root", { type: THING, concern: "first", name: "root", body: {} });
    const table = program.table("rows", "row", { one: { of: root.get("properties", "text") }, two: { of: "nothing" } });
    program.loop("things", table, (row) => ({
      ...THINGS,
      name: text`thing-${row.key}`,
      body: { properties: { of: row.get("of") } },
    }));
  },
};

test.each(Object.entries(BICEP_CANNOT))("%s is printed one by one in Bicep, as a loop in Terraform", async (_, make) => {
  const builder = createProgram();
  builder.bool("flag", { description: "Yes or no.", default: true });
  make(builder);
  const program = builder.build();

  expect(declarations(bicepOf(program))).toEqual(expect.arrayContaining(["oneThing = ", "twoThing = "]));
  expect(terraformOf(program)).toContain("for_each = local.rows");
  await expectSame(program);
});

test("what is purged by a call of its own is printed one by one in Terraform, as a loop in Bicep", () => {
  const builder = createProgram();
  const table = builder.table("rows", "row", { one: { size: 1 }, two: { size: 2 } });
  builder.loop("vaults", table, (row) => ({
    symbol: (key) => `${key}Vault`,
    type: "Microsoft.KeyVault/vaults@2025-05-01",
    concern: "first",
    name: text`kv-${row.key}`,
    body: { location: "here", properties: { size: row.get("size") } },
  }));
  const program = builder.build();

  expect(declarations(bicepOf(program))).toEqual(["vaults = ["]);
  expect(terraformOf(program).match(/^resource "azapi_resource" .*$/gm)).toEqual([
    'resource "azapi_resource" "one_vault" {',
    'resource "azapi_resource" "two_vault" {',
  ]);
});

test("a field of a row outside of its loop is refused", () => {
  const program = programOf((builder) => {
    builder.output("size", "int", "Size.", expression({ kind: "item", name: "shelf", of: "shelfRows", field: "size" }));
  });

  expect(checkProgram(program).map(({ code, at, message }) => `${code} at ${at}: ${message}`)).toEqual([
    "program.loop-value at outputs.size: shelf is used outside of its loop",
  ]);
});

test("an item of a list is not called as what it is in", () => {
  const builder = createProgram();
  const table = builder.table("rows", "row", { one: { list: [1] }, two: { list: [2] } });

  expect(() =>
    builder.loop("things", table, (row) => ({
      ...THINGS,
      name: row.key,
      body: { list: row.map("list", "row", (item) => item.value) },
    })),
  ).toThrow("row is the name of something that it is in");
});

test("rows and items of one name in two tables are each of their own type", async () => {
  const builder = createProgram();
  builder.bool("flag", { description: "Yes or no.", default: true });
  const numbers = builder.table("numbers", "row", { one: { of: [1, 2], size: 1 }, two: { of: [3], size: 2 } });
  const words = builder.table("words", "row", { one: { of: ["a"], size: "s" }, two: { of: ["b", "c"], size: null } });
  builder.loop("things", numbers, (row) => ({
    ...THINGS,
    name: text`thing-${row.get("size", 0)}`,
    body: { properties: { list: row.map("of", "part", (part) => text`no ${part.value}`) } },
  }));
  builder.loop("parts", words, (row) => ({
    ...THINGS,
    symbol: (key) => `${key}Word`,
    name: text`word-${row.key}`,
    body: { properties: { size: row.get("size"), list: row.map("of", "part", (part) => text`in ${part.value}`) } },
  }));
  const program = builder.build();

  expect(emitTerraform(program).diagnostics).toEqual([]);
  expect(declarations(bicepOf(program))).toEqual(["things = [", "parts = ["]);
  await expectSame(program);
});

test.each(["local", "for", "each"])("an item that is called %s is printed one by one in Terraform", async (name) => {
  const builder = createProgram();
  builder.bool("flag", { description: "Yes or no.", default: true });
  const table = builder.table("rows", "row", { one: { list: ["a"] }, two: { list: [] } });
  builder.loop("things", table, (row) => ({
    ...THINGS,
    name: text`thing-${row.key}`,
    body: { properties: { list: row.map("list", name, (item) => text`of ${item.value}`) } },
  }));
  const program = builder.build();

  expect(terraformOf(program)).not.toContain("for_each");
  await expectSame(program);
});

test("a program that goes on from another keeps its loops", () => {
  const builder = createProgram(programOf());
  builder.output("id", "string", "Id.", resourceHandle("shelf2").id);
  const program = builder.build();

  expect(declarations(bicepOf(program))).toEqual(["zones = [", "shelves = [", "boards = ["]);
  expect(evaluateProgram(program, { ...PLACE, resourceGroup: GROUP, parameters: {} }).outputs.id).toMatch(/things\/shelf-3$/);
});

test.each([
  ["a key that no row has", "indexOf(zoneKeys, letter)", "indexOf(zoneKeys, shelf.key)", /is not among the keys/],
  ["a number that no row has", "parent: shelves[i]", "parent: shelves[7]", /shelves has no 7/],
  ["a field that some rows leave out", "shelf.?flavour", "shelf.flavour", /there is no flavour/],
])("the reader of these tests refuses %s", (_, printed, wrong, message) => {
  const { files } = emitBicep(programOf());
  const text = bicepOf(programOf());

  expect(text).toContain(printed);
  expect(() => linkBicep(new Map([...files, ["bicep/modules/first.bicep", text.replace(printed, wrong)]]))).toThrow(message);
});
