/**
 * ARM's `uniqueString`: 13 characters of base 32 from a 64-bit murmur-style hash of the arguments joined by `-`.
 * The constants and the two lanes were established by public ports and checked against values that the real engine printed.
 */
export function uniqueString(...parts: readonly string[]): string {
  const data = new TextEncoder().encode(parts.join("-"));
  const view = new DataView(data.buffer);
  let h1 = 0;
  let h2 = 0;
  const whole = data.length - (data.length % 8);
  for (let at = 0; at < whole; at += 8) {
    h1 ^= lane1(view.getUint32(at, true));
    h1 = (Math.imul((rotl(h1, 19) + h2) | 0, 5) + 1444728091) | 0;
    h2 ^= lane2(view.getUint32(at + 4, true));
    h2 = (Math.imul((rotl(h2, 13) + h1) | 0, 5) + 197830471) | 0;
  }
  const tail = data.subarray(whole);
  if (tail.length > 0) {
    h1 ^= lane1(littleEndian(tail.subarray(0, 4)));
    if (tail.length > 4) h2 ^= lane2(littleEndian(tail.subarray(4)));
  }
  h1 ^= data.length;
  h2 ^= data.length;
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  h1 = mix(h1);
  h2 = mix(h2);
  h1 = (h1 + h2) | 0;
  h2 = (h2 + h1) | 0;
  return base32((BigInt(h2 >>> 0) << 32n) | BigInt(h1 >>> 0));
}

const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

function base32(value: bigint): string {
  let rest = value;
  let out = "";
  for (let at = 0; at < 13; at++) {
    out += ALPHABET[Number(rest >> 59n)];
    rest = (rest << 5n) & 0xffff_ffff_ffff_ffffn;
  }
  return out;
}

const rotl = (x: number, by: number) => (x << by) | (x >>> (32 - by));
const lane1 = (k: number) => Math.imul(rotl(Math.imul(k, 597399067), 15), 2869860233);
const lane2 = (k: number) => Math.imul(rotl(Math.imul(k, 2869860233), 17), 597399067);

function mix(value: number): number {
  let h = value;
  h ^= h >>> 16;
  h = Math.imul(h, 2246822507);
  h ^= h >>> 13;
  h = Math.imul(h, 3266489909);
  return h ^ (h >>> 16);
}

function littleEndian(bytes: Uint8Array): number {
  let value = 0;
  for (let at = bytes.length - 1; at >= 0; at--) value = (value << 8) | (bytes[at] ?? 0);
  return value;
}
