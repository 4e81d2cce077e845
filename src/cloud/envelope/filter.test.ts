import fc from "fast-check";
import { expect, test } from "vitest";
import { ArmFault, type Resource } from "../contract.ts";
import { filterResources } from "./filter.ts";

const resource = (name: string, more: Partial<Resource> = {}): Resource => ({
  id: `/subscriptions/s/resourceGroups/rg/providers/Toy.Store/boxes/${name}`,
  name,
  type: "Toy.Store/boxes",
  properties: {},
  ...more,
});
const all = [
  resource("alpha", { tags: { team: "red and blue", note: "it's" } }),
  resource("beta", { tags: { team: "blue" }, location: "eastus" }),
  resource("gamma", { type: "Toy.Store/bags", location: "westus" }),
];

test.each([
  ["name eq 'ALPHA'", ["alpha"]],
  ["name ne 'alpha'", ["beta", "gamma"]],
  ["(resourceType eq 'toy.store/boxes') and (location eq 'eastus')", ["beta"]],
  ["name eq 'alpha' or name eq 'beta' and location eq 'westus'", ["alpha"]],
  ["(name eq 'alpha' or name eq 'beta') and location eq 'eastus'", ["beta"]],
  ["tagName eq 'team' and tagValue eq 'red and blue'", ["alpha"]],
  ["tagName eq 'NOTE' and tagValue eq 'it''s'", ["alpha"]],
  ["tagName eq 'team'", ["alpha", "beta"]],
  ["substringof('mm', name)", ["gamma"]],
  ["startswith(name,'be') or startswith(name, 'ga')", ["beta", "gamma"]],
  ["resourceGroup eq 'RG' and name eq 'gamma'", ["gamma"]],
])("%s finds %j", (filter, names) => {
  expect(filterResources(all, filter).map(({ name }) => name)).toEqual(names);
});

test.each([
  "plan/name eq 'x'",
  "name gt 'a'",
  "name eq",
  "name eq 'a' and",
  "name eq 'a' 'b'",
  "(name eq 'a'",
  "name = 'a'",
  "substringof(name, 'a')",
])("%s is refused", (filter) => {
  expect(() => filterResources(all, filter)).toThrow(expect.objectContaining({ status: 400, code: "InvalidRequestContent" }));
});

test("whatever the text, it is understood or refused", () => {
  const pieces = fc.constantFrom("name", "eq", "and", "or", "(", ")", ",", "'a'", "substringof", "tagName", "''", "'", "%", " ");
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      try {
        filterResources(all, parts.join(" "));
      } catch (error) {
        expect(error).toBeInstanceOf(ArmFault);
      }
    }),
  );
});
