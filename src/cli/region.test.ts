import { expect, test } from "vitest";
import { type ArmClient, ArmError } from "../arm/index.ts";
import { regionOf } from "./region.ts";

/** A subscription that answers like this when it is asked for a group. */
const group = (find: ArmClient["find"]) => ({
  client: { connection: { subscriptionId: "s" }, find } as unknown as ArmClient,
  name: "rg",
  signal: new AbortController().signal,
});
const inSweden = group(async () => ({ name: "rg", location: "swedencentral" }));

test("what the parameters name is the region, wherever the group is", async () => {
  expect(await regionOf({ location: "westeurope" }, inSweden)).toBe("westeurope");
});

test("otherwise it is that of the group, where one is there", async () => {
  expect(await regionOf({}, inSweden)).toBe("swedencentral");
});

test("a group that is yet to be made, or may not be read, goes where groups are made", async () => {
  expect(await regionOf({})).toBe("eastus");
  expect(
    await regionOf(
      {},
      group(async () => undefined),
    ),
  ).toBe("eastus");
  expect(
    await regionOf(
      {},
      group(() => Promise.reject(new ArmError(403, "AuthorizationFailed", "no"))),
    ),
  ).toBe("eastus");
});
