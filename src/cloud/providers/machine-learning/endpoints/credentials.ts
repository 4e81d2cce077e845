import { createHash } from "node:crypto";
import { idKey } from "../../../../azure/index.ts";
import type { EndpointRoute } from "../../../../serve/protocol.ts";
import type { CloudHost } from "../../../contract.ts";

/** Which keys are in force. The keys themselves are derived, so no state file holds one. */
interface KeyGenerations {
  /** Differs for an endpoint that was deleted and made again under the same name. */
  readonly uid: string;
  readonly primary: number;
  readonly secondary: number;
}

export type KeyType = "Primary" | "Secondary";
export type Credentials = EndpointRoute["credentials"];

const COLLECTION = "machine-learning.endpoint-keys";
const HOUR_MS = 3_600_000;
/** Azure ML's endpoint tokens live for hours; a client is told to refresh well before. */
const TOKEN_HOURS = 12;

type KeyHost = Pick<CloudHost, "store" | "deriveSecret" | "newGuid">;

export function ensureKeys(host: KeyHost, endpointId: string): KeyGenerations {
  const stored = host.store.get<KeyGenerations>(COLLECTION, idKey(endpointId));
  if (stored !== undefined) return stored;
  const fresh = { uid: host.newGuid(), primary: 1, secondary: 1 };
  host.store.put(COLLECTION, idKey(endpointId), fresh);
  return fresh;
}

export function forgetKeys(host: KeyHost, endpointId: string): void {
  host.store.delete(COLLECTION, idKey(endpointId));
}

export function endpointKeys(host: KeyHost, endpointId: string): { primaryKey: string; secondaryKey: string } {
  const { uid, primary, secondary } = ensureKeys(host, endpointId);
  return { primaryKey: secret(host, `${uid}/primary/${primary}`), secondaryKey: secret(host, `${uid}/secondary/${secondary}`) };
}

export function regenerateKey(host: KeyHost, endpointId: string, which: KeyType): void {
  const before = ensureKeys(host, endpointId);
  const field = which === "Primary" ? "primary" : "secondary";
  host.store.put(COLLECTION, idKey(endpointId), { ...before, [field]: before[field] + 1 });
}

/**
 * A token of the current hour. Tokens are a function of the hour, so nothing is stored and those given out before a
 * restart stay good. `now` is wall time in milliseconds, as for every token.
 */
export function endpointToken(host: KeyHost, endpointId: string, now: number): { accessToken: string; expiresAt: number } {
  const hour = Math.floor(now / HOUR_MS);
  return tokenOfHour(host, ensureKeys(host, endpointId).uid, hour);
}

/** Hashes of everything that opens the endpoint now: the router learns no credential. */
export function credentialHashes(host: KeyHost, endpointId: string, authMode: string, now: number): Credentials {
  if (authMode === "Key") {
    const { primaryKey, secondaryKey } = endpointKeys(host, endpointId);
    return [{ sha256: sha256(primaryKey) }, { sha256: sha256(secondaryKey) }];
  }
  const { uid } = ensureKeys(host, endpointId);
  const hour = Math.floor(now / HOUR_MS);
  const hours = Array.from({ length: TOKEN_HOURS }, (_, back) => hour - back);
  return hours.map((at) => {
    const { accessToken, expiresAt } = tokenOfHour(host, uid, at);
    return { sha256: sha256(accessToken), expiresAt };
  });
}

function tokenOfHour(host: KeyHost, uid: string, hour: number) {
  return { accessToken: secret(host, `${uid}/token/${hour}`), expiresAt: (hour + TOKEN_HOURS) * HOUR_MS };
}

/** Letters and digits of base64url only need no quoting in a shell or a header. */
function secret(host: KeyHost, purpose: string): string {
  return Buffer.from(host.deriveSecret(`onlineEndpoints/${purpose}`), "base64").toString("base64url");
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
