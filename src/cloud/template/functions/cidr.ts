import { isIPv4, isIPv6 } from "node:net";
import { ArgumentError, integerArg, stringArg } from "../values.ts";
import { eager, type FunctionTable } from "./function.ts";

interface Range {
  readonly first: bigint;
  readonly prefix: number;
  /** 32 or 128. */
  readonly bits: number;
}

function parseRange(text: string): Range {
  const [address = "", digits = "", ...rest] = text.split("/");
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0;
  const prefix = Number(digits);
  if (bits === 0 || rest.length > 0 || !/^\d{1,3}$/.test(digits) || prefix > bits) {
    throw new ArgumentError(`expects an address range such as 10.0.0.0/16, not '${text}'`);
  }
  const host = BigInt(bits - prefix);
  return { first: (readAddress(address, bits) >> host) << host, prefix, bits };
}

function readAddress(address: string, bits: number): bigint {
  if (bits === 32) return address.split(".").reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(address);
  const text = dotted === null ? address : `${dotted[1]}${hexPair(readAddress(dotted[2] ?? "", 32))}`;
  const [head = "", tail] = text.split("::");
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  const zeros = 8 - groups(head).length - groups(tail).length;
  return [...groups(head), ...Array.from({ length: zeros }, () => "0"), ...groups(tail)].reduce(
    (sum, part) => (sum << 16n) | BigInt(`0x${part}`),
    0n,
  );
}

const hexPair = (value: bigint) => `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;

/** IPv6 in RFC 5952's short form. */
function writeAddress(value: bigint, bits: number): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - at * 16)) & 0xffffn).toString(16)).join(":");
  const zeros = [...groups.matchAll(/\b0(?::0)+\b/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return groups;
  return `${groups.slice(0, zeros.index).replace(/:$/, "")}::${groups.slice(zeros.index + zeros[0].length).replace(/^:/, "")}`;
}

const sizeOf = (range: Range) => 1n << BigInt(range.bits - range.prefix);

function parseCidr(text: string) {
  const range = parseRange(text);
  const { first, prefix, bits } = range;
  const last = first + sizeOf(range) - 1n;
  const write = (value: bigint) => writeAddress(value, bits);
  const netmask = write(((1n << BigInt(bits)) - 1n) ^ (sizeOf(range) - 1n));
  if (bits === 128) return { network: write(first), netmask, firstUsable: write(first), lastUsable: write(last), cidr: prefix };
  const reserved = prefix < 31 ? 1n : 0n; // RFC 3021: a /31 or /32 has neither network nor broadcast address to spare
  return {
    network: write(first),
    netmask,
    broadcast: write(last),
    firstUsable: write(first + reserved),
    lastUsable: write(last - reserved),
    cidr: prefix,
  };
}

function cidrSubnet(text: string, prefix: number, index: number): string {
  const range = parseRange(text);
  if (prefix < range.prefix || prefix > range.bits) throw new ArgumentError(`cannot cut a /${prefix} from '${text}'`);
  const count = 1n << BigInt(prefix - range.prefix);
  if (index < 0 || BigInt(index) >= count)
    throw new ArgumentError(`has the subnet index ${index}; '${text}' holds ${count} subnets of /${prefix}`);
  return `${writeAddress(range.first + (BigInt(index) << BigInt(range.bits - prefix)), range.bits)}/${prefix}`;
}

/** Index 0 is the first usable host. */
function cidrHost(text: string, index: number): string {
  const range = parseRange(text);
  const spare = range.bits === 32 && range.prefix >= 31 ? 0n : 1n;
  const at = BigInt(index) + spare;
  const usable = range.bits === 32 ? sizeOf(range) - spare : sizeOf(range);
  if (index < 0 || at >= usable) throw new ArgumentError(`has the host index ${index}, which is outside '${text}'`);
  return writeAddress(range.first + at, range.bits);
}

export const cidr: FunctionTable = {
  parseCidr: eager(1, 1, (args) => parseCidr(stringArg(args, 0))),
  cidrSubnet: eager(3, 3, (args) => cidrSubnet(stringArg(args, 0), integerArg(args, 1), integerArg(args, 2))),
  cidrHost: eager(2, 2, (args) => cidrHost(stringArg(args, 0), integerArg(args, 1))),
};
