import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { CloudHost } from "./contract.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Secrets of one purpose are kept encrypted (AES-256-GCM) under a key that only the state folder's private file can derive. */
export interface Sealer {
  /** Base64; opens only for the same place. */
  seal(place: string, value: string): string;
  unseal(place: string, sealed: string): string;
}

export function createSealer({ deriveSecret }: Pick<CloudHost, "deriveSecret">, purpose: string): Sealer {
  const key = () => Buffer.from(deriveSecret(purpose), "base64");
  return {
    seal(place, value) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key(), iv).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(value, "utf8"), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString("base64");
    },
    unseal(place, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      const decipher = createDecipheriv("aes-256-gcm", key(), bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString("utf8");
    },
  };
}
