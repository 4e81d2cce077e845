import { expect, test } from "vitest";
import { addressOf } from "./address.ts";

const azure = { endpoint: "https://management.azure.com" };

test("a version is added to a query that stays as it was written", () => {
  const filter = encodeURIComponent("principalId eq 'a'");

  expect(addressOf(azure, `/a?$filter=${filter}`, "2022-04-01")).toBe(
    "https://management.azure.com/a?$filter=principalId%20eq%20%27a%27&api-version=2022-04-01",
  );
  expect(addressOf(azure, "/a", "2022-04-01")).toBe("https://management.azure.com/a?api-version=2022-04-01");
});

test("a version that an address names stays, and none is added where none is asked for", () => {
  expect(addressOf(azure, "https://eastus.management.azure.com/a?api-version=1", "2")).toBe(
    "https://eastus.management.azure.com/a?api-version=1",
  );
  expect(addressOf(azure, "/a?b=c")).toBe("https://management.azure.com/a?b=c");
});
