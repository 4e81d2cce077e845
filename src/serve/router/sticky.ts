import type { IncomingHttpHeaders } from "node:http";
import type { StickyKey } from "../protocol.ts";

/** The request's value of the sticky header or cookie; undefined when it has none. */
export function stickyValue(sticky: StickyKey, headers: IncomingHttpHeaders): string | undefined {
  const value = "header" in sticky ? headers[sticky.header.toLowerCase()] : cookieValue(headers.cookie, sticky.cookie);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** RFC 6265, section 4.2: pairs separated by semicolons; the first of a name counts. */
function cookieValue(header: string | undefined, name: string): string | undefined {
  for (const pair of header?.split(";") ?? []) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return undefined;
}

/**
 * How much a key (its `hash`) is drawn to a deployment (its name's): the largest score wins (weighted rendezvous hashing, Wang and Ravishankar).
 * Each deployment wins its share of the keys, and when weights change only the keys that must move do. It depends on
 * nothing but names, weights and the key, so every router and every restart agrees.
 */
export function attraction(keyHash: number, salt: number, weight: number): number {
  return -weight / Math.log(uniform(keyHash ^ salt));
}

/** FNV-1a over UTF-16 units, 32 bits. */
export function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  return state;
}

/** FNV's low bits follow the last letters; MurmurHash3's finalizer spreads them. In (0, 1). */
function uniform(state: number): number {
  let mixed = state;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (((mixed ^ (mixed >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
