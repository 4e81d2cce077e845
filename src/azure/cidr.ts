/** An IPv4 address range. */
export interface Cidr {
  /** As it was written. */
  readonly text: string;
  /** The first address as an unsigned 32-bit number. */
  readonly first: number;
  readonly last: number;
  readonly prefixLength: number;
  /** False when bits below the prefix are set (`10.0.0.1/24`); Azure refuses such ranges. */
  readonly aligned: boolean;
}

/** `undefined` when the text is not an IPv4 range in CIDR notation. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text);
  const address = parseAddress(match?.[1] ?? "");
  const prefixLength = Number(match?.[2]);
  if (address === undefined || !(prefixLength <= 32)) return undefined;
  const size = 2 ** (32 - prefixLength);
  const first = address - (address % size);
  return { text, first, last: first + size - 1, prefixLength, aligned: first === address };
}

/** An IPv4 address as an unsigned 32-bit number; leading zeros are refused because parsers read them as octal. */
export function parseAddress(text: string): number | undefined {
  const octets = text.split(".");
  if (octets.length !== 4 || !octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)) return undefined;
  return octets.reduce((value, octet) => value * 256 + Number(octet), 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

export function cidrSize(cidr: Cidr): number {
  return cidr.last - cidr.first + 1;
}

/** Addresses that Azure leaves for use: it keeps the first four and the last one of every subnet. */
export function usableAddresses(subnet: Cidr): number {
  return Math.max(0, cidrSize(subnet) - 5);
}

export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function cidrHolds(cidr: Cidr, address: number): boolean {
  return cidr.first <= address && address <= cidr.last;
}

export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}
