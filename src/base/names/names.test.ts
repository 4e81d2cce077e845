import { expect, test } from "vitest";
import { guid, uniqueString } from "./index.ts";

test.each([
  [["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg"], "js26ofeqkqeve"],
  [["fu"], "6rkxbspxjmsho"],
  [["fubar"], "cj2xpqsiwjfne"],
  [["fu", "bar"], "q5wxoscxs5j6k"],
  [["test"], "rbgf3xv4ufgzg"],
  [["hello", "world"], "a7wkljktk6wne"],
  [["abc"], "cgtzqvhu4i23s"],
  [["foo", "bar", "baz"], "xzi4ioaxtmth4"],
  [
    ["/subscriptions/12345678-1234-1234-1234-123456789012/resourceGroups/my-rg", "Microsoft.Storage/storageAccounts"],
    "z22rah77jfqry",
  ],
  [
    [
      "/subscriptions/31e9f9a0-9fd2-4294-a0a3-0101246d9700/resourceGroups/rg-modm201-20230913120256/providers/Microsoft.Compute/virtualMachines/bobjacmodm201",
    ],
    "yvjxno3je5on2",
  ],
])("uniqueString gives what the real engine printed for %j", (parts, expected) => {
  expect(uniqueString(...parts)).toBe(expected);
});

test("guid is a version-5 UUID in ARM's namespace", () => {
  expect(guid("test")).toBe("d6a5baf1-8b9b-542a-8525-2982f1f98a0c");
  expect(guid("a", "b")).toBe("2d796349-8c7e-55ec-9624-54ece82ed031");
});

test("guid takes any text, also half a surrogate pair", () => {
  expect(guid("\ud83d")).toBe(guid("\ufffd"));
});
