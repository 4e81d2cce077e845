import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { ArmFault, evaluateText } from "./testing.ts";

/** What the real engine gives, from its documentation and its own tests, beside the expression. */
const GOLDENS: Readonly<Record<string, readonly (readonly [expression: string, value: JsonValue])[]>> = {
  "logic and comparison": [
    ["[if(true(), 'yes', fail('not evaluated'))]", "yes"],
    ["[and(false(), fail('not evaluated'))]", false],
    ["[or(true(), fail('not evaluated'))]", true],
    ["[and(true(), true(), false())]", false],
    ["[coalesce(null(), 123)]", 123],
    ["[not(equals('a', 'A'))]", true],
    ["[equals(createObject('a', 1, 'b', 2), createObject('b', 2, 'a', 1))]", true],
    ["[equals(1, '1')]", false],
    ["[less('abc', 'abd')]", true],
    ["[greaterOrEquals(2, 2)]", true],
    ["[bool('TRUE')]", true],
    ["[bool(0)]", false],
  ],
  numbers: [
    ["[add(1, 3)]", 4],
    ["[sub(3, 16)]", -13],
    ["[div(7, 2)]", 3],
    ["[div(-7, 2)]", -3],
    ["[mod(7, 3)]", 1],
    ["[mul(6, 7)]", 42],
    ["[int('7')]", 7],
    ["[min(3, 1, 2)]", 1],
    ["[max(createArray(3, 9, 2))]", 9],
    ["[range(5, 3)]", [5, 6, 7]],
    ["[json('0.5')]", 0.5],
    ["[-5]", -5],
  ],
  text: [
    ["plain", "plain"],
    ["[[escaped]", "[escaped]"],
    ["[[open", "[[open"],
    ["[concat('no bracket'", "[concat('no bracket'"],
    ["['it''s']", "it's"],
    ["[concat('a', 1, 'b')]", "a1b"],
    [
      "[format('>{0}<>{1}<>{2}<>{3}<', false(), 12948, createObject('a', 'b', '!c', 2), createArray(true(), 2893, 'abc'))]",
      ">False<>12948<>{'a':'b','!c':2}<>[true,2893,'abc']<",
    ],
    ["[format('{0:N2} {1:D3} {2:X} {{0}}', 1234567, 7, 255)]", "1,234,567.00 007 FF {0}"],
    ["[format('{0,5}|{0,-5}|', 'ab')]", "   ab|ab   |"],
    ["[string(true())]", "True"],
    ["[string(createObject('a', createArray(1, 'x')))]", '{"a":[1,"x"]}'],
    ["[toUpper(toLower('AbC'))]", "ABC"],
    ["[substring('abcdef', 1, 3)]", "bcd"],
    ["[substring('abcdef', 4)]", "ef"],
    ["[take('abc', 10)]", "abc"],
    ["[skip('abc', -1)]", "abc"],
    ["[replace('a.b.c', '.', '')]", "abc"],
    ["[split('a,b;c', createArray(',', ';'))]", ["a", "b", "c"]],
    ["[join(createArray('abc', 'def', 'ghi'), ',')]", "abc,def,ghi"],
    ["[trim('  a ')]", "a"],
    ["[padLeft('7', 3, '0')]", "007"],
    ["[padLeft(12, 4)]", "  12"],
    ["[indexOf('FOOBAR', 'bar')]", 3],
    ["[lastIndexOf('abcABC', 'b')]", 4],
    ["[contains('FOOBAR', 'bar')]", false],
    ["[startsWith('abcdef', 'AB')]", true],
    ["[endsWith('abcdef', 'EF')]", true],
    ["[like('abcdef', 'a*F')]", true],
    ["[first('')]", ""],
    ["[last('xyz')]", "z"],
    ["[length('hello')]", 5],
    ["[empty('')]", true],
    ["[empty(null())]", true],
  ],
  collections: [
    ["[array('x')]", ["x"]],
    ["[first(createArray())]", null],
    ["[last(createArray(1, 2))]", 2],
    ["[concat(createArray(1), createArray(2))]", [1, 2]],
    ["[contains(createObject('One', 1), 'ONE')]", true],
    ["[contains(createArray('abc'), 'ABC')]", false],
    ["[indexOf(createArray('a', 'b'), 'B')]", -1],
    ["[flatten(createArray(createArray(0, 1), createArray(2, 3), createArray(4, 5)))]", [0, 1, 2, 3, 4, 5]],
    ["[flatten(createArray())]", []],
    ["[union(createArray(1, 2), createArray(2, 3))]", [1, 2, 3]],
    [
      "[union(createObject('a', createObject('x', 1, 'y', createArray(1))), createObject('a', createObject('y', createArray(2), 'z', 3)))]",
      { a: { x: 1, y: [2], z: 3 } },
    ],
    ["[intersection(createArray(1, 2, 3), createArray(3, 2))]", [2, 3]],
    ["[intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))]", { a: 1 }],
    ["[distinct(createArray(1, 2, 1, '1'))]", [1, 2, "1"]],
    ["[take(createArray(1, 2, 3), 2)]", [1, 2]],
    ["[skip(createArray(1, 2, 3), 2)]", [3]],
    ["[shallowMerge(createArray(createObject('a', 123), createObject('b', 456)))]", { a: 123, b: 456 }],
    ["[objectKeys(createObject('b', 1, 'a', 2))]", ["a", "b"]],
    [
      "[items(createObject('b', 1, 'a', 2))]",
      [
        { key: "a", value: 2 },
        { key: "b", value: 1 },
      ],
    ],
    [
      '[map(items(json(\'{"ghiKey":1,"defKey":1,"abcKey":1,"123Key":1,"GHIKey":1,"DEFKey":1,"ABCKey":1,"456Key":1}\')), lambda(\'i\', lambdaVariables(\'i\').key))]',
      ["123Key", "456Key", "abcKey", "ABCKey", "defKey", "DEFKey", "ghiKey", "GHIKey"],
    ],
    ["[tryGet(createObject('a', createObject('b', 1)), 'A', 'b')]", 1],
    ["[tryGet(createObject('a', 1), 'x', 'y')]", null],
    ["[tryGet(createArray(1), 3)]", null],
    ["[indexFromEnd(createArray(1, 2, 3), 1)]", 3],
    ["[tryIndexFromEnd(createArray(1), 2)]", null],
    ["[createObject('a', createObject()).a.?fizz[0].bar]", null],
    ["[createArray()[?10].bar]", null],
    ["[createObject('Name', 'x').NAME]", "x"],
    ["[createObject('a b', createArray(7))['a b'][0]]", 7],
  ],
  lambdas: [
    [
      "[map(createArray('a', 'b'), lambda('x', 'i', format('{0}{1}', lambdaVariables('x'), lambdaVariables('i'))))]",
      ["a0", "b1"],
    ],
    ["[filter(range(0, 5), lambda('x', greater(lambdaVariables('x'), 2)))]", [3, 4]],
    [
      "[sort(createArray(8, 3, 10, -13, 5), lambda('x', 'y', less(lambdaVariables('x'), lambdaVariables('y'))))]",
      [-13, 3, 5, 8, 10],
    ],
    [
      "[sort(createArray('def', 'ghi', 'abc'), lambda('x', 'y', greater(lambdaVariables('x'), lambdaVariables('y'))))]",
      ["ghi", "def", "abc"],
    ],
    ["[reduce(range(1, 5), 1, lambda('c', 'n', mul(lambdaVariables('c'), lambdaVariables('n'))))]", 120],
    ["[reduce(createArray(), 0, lambda('c', 'n', 1))]", 0],
    [
      "[reduce(createArray('a', 'b'), '', lambda('c', 'n', 'i', concat(lambdaVariables('c'), lambdaVariables('n'), lambdaVariables('i'))))]",
      "a0b1",
    ],
    [
      "[toObject(createArray(123, 456, 789), lambda('i', string(div(lambdaVariables('i'), 100))))]",
      { "1": 123, "4": 456, "7": 789 },
    ],
    ["[mapValues(createObject('a', 123, 'b', 456), lambda('v', mul(lambdaVariables('v'), 2)))]", { a: 246, b: 912 }],
    [
      "[groupBy(createArray('ab', 'c', 'de'), lambda('x', string(length(lambdaVariables('x')))))]",
      { "1": ["c"], "2": ["ab", "de"] },
    ],
    [
      "[map(createArray(1, 2), lambda('x', map(createArray(10), lambda('y', add(lambdaVariables('x'), lambdaVariables('y'))))))]",
      [[11], [12]],
    ],
  ],
  encoding: [
    ["[base64('one, two')]", "b25lLCB0d28="],
    ["[base64ToString('b25lLCB0d28=')]", "one, two"],
    ["[base64ToJson(base64('{\"a\": 1}'))]", { a: 1 }],
    ["[dataUri('Hello')]", "data:text/plain;charset=utf8;base64,SGVsbG8="],
    ["[dataUriToString('data:;base64,SGVsbG8sIFdvcmxkIQ==')]", "Hello, World!"],
    ["[uri('http://contoso.org/firstpath', 'myscript.sh')]", "http://contoso.org/myscript.sh"],
    ["[uri('http://contoso.org/firstpath/', 'myscript.sh')]", "http://contoso.org/firstpath/myscript.sh"],
    ["[uriComponent('a b/(c)')]", "a%20b%2F%28c%29"],
    ["[uriComponentToString('a%20b')]", "a b"],
    ["[parseUri('https://h.example/p?q=1').port]", 443],
    ["[buildUri(createObject('scheme', 'https', 'host', 'h', 'port', 8080, 'path', 'p'))]", "https://h:8080/p"],
  ],
  dates: [
    ["[dateTimeAdd('2023-01-01 00:00:00Z', 'P1Y')]", "2024-01-01T00:00:00Z"],
    ["[dateTimeAdd('2024-01-01 00:00:00Z', 'P1Y')]", "2024-12-31T00:00:00Z"],
    ["[dateTimeAdd('2023-02-01 00:00:00Z', 'P1M')]", "2023-03-03T00:00:00Z"],
    ["[dateTimeAdd('20200407T145314Z', '-P9DT1H', 'yyyy-MM-dd HH:mm')]", "2020-03-29 13:53"],
    ["[dateTimeFromEpoch(1683040573)]", "2023-05-02T15:16:13Z"],
    ["[dateTimeToEpoch('2023-05-02T15:16:13Z')]", 1683040573],
    ["[dateTimeAdd('2020-04-07T14:53:14Z', 'PT0S', 'd')]", "04/07/2020"],
    ["[dateTimeAdd('2020-04-07T14:53:14Z', 'PT0S', 'ddd, d MMM yy h:mm tt')]", "Tue, 7 Apr 20 2:53 PM"],
  ],
  addresses: [
    [
      "[parseCidr('10.144.0.0/20')]",
      {
        network: "10.144.0.0",
        netmask: "255.255.240.0",
        broadcast: "10.144.15.255",
        firstUsable: "10.144.0.1",
        lastUsable: "10.144.15.254",
        cidr: 20,
      },
    ],
    [
      "[parseCidr('fdad:3236:5555::/48')]",
      {
        network: "fdad:3236:5555::",
        netmask: "ffff:ffff:ffff::",
        firstUsable: "fdad:3236:5555::",
        lastUsable: "fdad:3236:5555:ffff:ffff:ffff:ffff:ffff",
        cidr: 48,
      },
    ],
    ["[cidrSubnet('10.144.0.0/20', 24, 4)]", "10.144.4.0/24"],
    ["[cidrSubnet('fdad:3236:5555::/48', 52, 1)]", "fdad:3236:5555:1000::/52"],
    ["[cidrHost('10.144.3.0/24', 0)]", "10.144.3.1"],
    ["[cidrHost('fdad:3236:5555:3000::/52', 4)]", "fdad:3236:5555:3000::5"],
  ],
  identifiers: [
    ["[uniqueString('hello', 'world')]", "a7wkljktk6wne"],
    ["[guid('a', 'b')]", "2d796349-8c7e-55ec-9624-54ece82ed031"],
    ["[resourceId('My.Rp/parent/child', 'p', 'c')]", "/subscriptions/s/resourceGroups/rg/providers/My.Rp/parent/p/child/c"],
    ["[resourceId('other', 'My.Rp/parent', 'p')]", "/subscriptions/s/resourceGroups/other/providers/My.Rp/parent/p"],
    ["[resourceId('s2', 'other', 'My.Rp/parent', 'p')]", "/subscriptions/s2/resourceGroups/other/providers/My.Rp/parent/p"],
    ["[subscriptionResourceId('My.Rp/parent', 'p')]", "/subscriptions/s/providers/My.Rp/parent/p"],
    ["[subscriptionResourceId('s2', 'My.Rp/parent', 'p')]", "/subscriptions/s2/providers/My.Rp/parent/p"],
    ["[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'g')]", "/subscriptions/s/resourceGroups/g"],
    ["[tenantResourceId('My.Rp/parent', 'p')]", "/providers/My.Rp/parent/p"],
    [
      "[managementGroupResourceId('mg', 'My.Rp/parent', 'p')]",
      "/providers/Microsoft.Management/managementGroups/mg/providers/My.Rp/parent/p",
    ],
    [
      "[extensionResourceId(resourceId('My.Rp/a', 'b'), 'My.Ext/parent/child', 'p', 'c')]",
      "/subscriptions/s/resourceGroups/rg/providers/My.Rp/a/b/providers/My.Ext/parent/p/child/c",
    ],
  ],
  surroundings: [
    ["[resourceGroup().location]", "westeurope"],
    ["[resourceGroup().tags.team]", "ml"],
    ["[subscription().tenantId]", "t"],
    ["[tenant().tenantId]", "t"],
    ["[deployment().name]", "dep"],
    ["[environment().suffixes.keyvaultDns]", ".vault.example"],
    ["[deployer().objectId]", "o"],
    ["[pickZones('Microsoft.Compute', 'virtualMachines', 'westus2')]", ["1"]],
    ["[pickZones('Microsoft.Cdn', 'profiles', 'westus2')]", []],
    ["[toPhysicalZone('s', 'eastus', '2')]", "eastus-az2"],
    ["[toLogicalZones('s', 'eastus', createArray('eastus-az3', 'eastus-az1'))]", ["3", "1"]],
  ],
};

for (const [group, cases] of Object.entries(GOLDENS)) {
  describe(`functions of ${group}`, () => {
    test.each(cases)("%s", (expression, value) => {
      expect(evaluateText(expression)).toEqual(value);
    });
  });
}

test.each([
  ["[div(1, 0)]", /divide by zero/],
  ["[substring('abc', 1, 9)]", /string of 3 characters/],
  ["[createObject('a', 1).b]", /property 'b' does not exist; available properties are 'a'/],
  ["[createArray(1)[4]]", /index 4 is out of bounds/],
  ["[null().x]", /type 'Null'/],
  ["[toLower(5)]", /'toLower' expects a string as argument 1, not a value of type 'Integer'/],
  ["[toLower()]", /takes 1 arguments, not 0/],
  ["[nonsense()]", /'nonsense' is not valid/],
  ["[if('yes', 1, 2)]", /expects a boolean/],
  ["[concat('a']", /expected '\)' at position 11/],
  ["['open]", /no closing quote/],
  ["[add(1, 2) extra]", /end of the expression/],
  ["[add(9007199254740993, 1)]", /out of range/],
  ["[mul(9007199254740991, 2)]", /beyond the integers/],
  ["[resourceId('My.Rp/parent', 'a', 'b')]", /needs 1 name, but 2/],
  ["[lambda('x', 1)]", /lambda is an argument of/],
  ["[map(createArray(1), lambda('x', lambdaVariables('y')))]", /no variable "y"/],
  ["[reference('a')]", /not expected at this location/],
  ["[listKeys('a', 'b')]", /not expected at this location/],
  ["[copyIndex()]", /outside a copy loop/],
  ["[utcNow()]", /default values of parameters/],
  ["[json('{')]", /expects JSON text/],
  ["[base64ToString('???')]", /expects a base64 string/],
  ["[dateTimeAdd('yesterday', 'P1D')]", /'yesterday' as an ISO 8601 date/],
  ["[cidrSubnet('10.0.0.0/24', 20, 0)]", /cannot cut a \/20/],
  ["[format('{1}', 'a')]", /refers to \{1\} but got 1 values/],
  ["[fail('stop here')]", /stop here/],
  ["[managementGroup().id]", /not supported/],
])("%s is refused with the reason", (expression, message) => {
  const attempt = () => evaluateText(expression);

  expect(attempt).toThrow(message);
  expect(attempt).toThrow(ArmFault);
});

test("user functions see their parameters and each other, and nothing else", () => {
  const functions: JsonObject[] = [
    {
      namespace: "__bicep",
      members: {
        double: { parameters: [{ type: "int", name: "n" }], output: { type: "int", value: "[mul(parameters('n'), 2)]" } },
        quadruple: {
          parameters: [{ type: "int", name: "n" }],
          output: { type: "int", value: "[__bicep.double(__bicep.double(parameters('n')))]" },
        },
        leaks: { parameters: [], output: { type: "string", value: "[variables('v')]" } },
      },
    },
  ];

  expect(evaluateText("[__bicep.quadruple(3)]", { functions })).toBe(12);
  expect(evaluateText("[map(range(1, 2), lambda('x', __bicep.double(lambdaVariables('x'))))]", { functions })).toEqual([2, 4]);
  expect(() => evaluateText("[__bicep.leaks()]", { functions, variables: { v: "x" } })).toThrow(/cannot use the variable 'v'/);
});

test("variables and parameters are found without regard to case, computed lazily, and may not need themselves", () => {
  const variables = {
    Good: "[concat(parameters('P'), '!')]",
    bad: "[fail('never used')]",
    a: "[variables('b')]",
    b: "[variables('a')]",
    copy: [{ name: "squares", count: 3, input: "[mul(copyIndex('squares'), copyIndex('squares', 0))]" }],
  };

  expect(evaluateText("[variables('GOOD')]", { variables, parameters: { p: { type: "string", defaultValue: "hi" } } })).toBe(
    "hi!",
  );
  expect(evaluateText("[variables('squares')]", { variables })).toEqual([0, 1, 4]);
  expect(() => evaluateText("[variables('a')]", { variables })).toThrow(
    /circular dependency detected between variables: a -> b -> a/,
  );
  expect(() => evaluateText("[variables('none')]")).toThrow(/'none' is not found/);
});

test("utcNow and newGuid work in defaults and are the same wherever they are used", () => {
  const parameters = {
    now: { type: "string", defaultValue: "[utcNow('u')]" },
    id: { type: "string", defaultValue: "[newGuid()]" },
    short: { type: "string", defaultValue: "[take(parameters('id'), 8)]" },
  };

  expect(evaluateText("[parameters('now')]", { parameters })).toBe("2026-01-02 03:04:05Z");
  expect(evaluateText("[startsWith(parameters('id'), parameters('short'))]", { parameters })).toBe(true);
});
