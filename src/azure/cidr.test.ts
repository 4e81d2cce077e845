import fc from "fast-check";
import { expect, test } from "vitest";
import {
  cidrContains,
  cidrHolds,
  cidrSize,
  cidrsOverlap,
  formatAddress,
  parseAddress,
  parseCidr,
  usableAddresses,
} from "./index.ts";

function cidr(text: string) {
  const parsed = parseCidr(text);
  if (!parsed) throw new Error(`${text} is no range`);
  return parsed;
}

test("a range knows its first and last address", () => {
  expect(cidr("10.40.4.0/22")).toEqual({
    text: "10.40.4.0/22",
    first: 0x0a28_0400,
    last: 0x0a28_07ff,
    prefixLength: 22,
    aligned: true,
  });
  expect(cidr("255.255.255.255/32").last).toBe(0xffff_ffff);
  expect(cidrSize(cidr("0.0.0.0/0"))).toBe(2 ** 32);
});

test("an address is written as it is read", () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(formatAddress(parseAddress(text) ?? 0)).toBe(text);
    }),
  );
});

test("a range that starts in the middle is not aligned", () => {
  expect(cidr("10.40.4.1/22")).toMatchObject({ first: 0x0a28_0400, aligned: false });
});

test.each([
  "",
  "10.0.0.0",
  "10.0.0.0/33",
  "10.0.0/8",
  "10.0.0.256/32",
  "10.0.0.01/32",
  "10.0.0.0/-1",
  "10.0.0.0/8 ",
  "a.b.c.d/8",
  "::1/64",
])("%j is not a range", (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

test.each([
  ["10.0.0.0/8", "10.1.0.0/16", true, true],
  ["10.1.0.0/16", "10.0.0.0/8", true, false],
  ["10.0.0.0/24", "10.0.1.0/24", false, false],
  ["10.0.0.0/24", "10.0.0.0/24", true, true],
  ["0.0.0.0/0", "255.255.255.255/32", true, true],
])("%s against %s: overlap %s, contains %s", (a, b, overlap, contains) => {
  expect([cidrsOverlap(cidr(a), cidr(b)), cidrContains(cidr(a), cidr(b))]).toEqual([overlap, contains]);
});

test("Azure keeps five addresses of a subnet", () => {
  expect(usableAddresses(cidr("10.0.0.0/24"))).toBe(251);
  expect(usableAddresses(cidr("10.0.0.0/32"))).toBe(0);
});

test("an address lies in its range", () => {
  expect(cidrHolds(cidr("172.16.0.0/16"), parseAddress("172.16.0.10") ?? 0)).toBe(true);
  expect(cidrHolds(cidr("172.16.0.0/16"), parseAddress("172.17.0.0") ?? 0)).toBe(false);
});

const anyCidr = fc
  .tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 0, max: 32 }))
  .map(([a, b, c, d, prefix]) => cidr(`${a}.${b}.${c}.${d}/${prefix}`));

test("two ranges overlap exactly when one holds the other", () => {
  fc.assert(
    fc.property(anyCidr, anyCidr, (a, b) => {
      expect(cidrsOverlap(a, b)).toBe(cidrContains(a, b) || cidrContains(b, a));
      expect(cidrsOverlap(a, b)).toBe(cidrsOverlap(b, a));
    }),
  );
});
