import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { CloudHost } from "../../contract.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Secrets are kept encrypted (AES-256-GCM) under a key that only the state folder's private file can derive; bound to their place. */
export function seal(host: CloudHost, place: string, value: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key(host), iv).setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
}

export function unseal(host: CloudHost, place: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key(host), bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
}

function key(host: CloudHost): Buffer {
  return Buffer.from(host.deriveSecret("key-vault/secrets"), "base64");
}
