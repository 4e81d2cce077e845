import { createHmac, generateKeyPair, randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { isObject } from "../base/index.ts";
import { QuaysideError } from "../report/index.ts";
import { writePrivately } from "./private-file.ts";

/** Everything secret that a state folder holds, in one file that only its owner may read. */
export interface Credentials {
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** The service principal that rehearsals sign in with. */
  readonly clientId: string;
  readonly objectId: string;
  readonly clientSecret: string;
  /** Opens the control endpoint. */
  readonly controlToken: string;
  /** Account keys and the like are derived from it, so that none of them is stored. */
  readonly derivationKey: string;
  /** Of the directory that signs tokens; PKCS #8 in PEM. */
  readonly signingKeyId: string;
  readonly signingKey: string;
}

const MEMBERS: readonly (keyof Credentials)[] = [
  "tenantId",
  "subscriptionId",
  "clientId",
  "objectId",
  "clientSecret",
  "controlToken",
  "derivationKey",
  "signingKeyId",
  "signingKey",
];

export async function loadCredentials(stateDir: string): Promise<Credentials> {
  const file = join(stateDir, "credentials.json");
  if (existsSync(file)) return readCredentials(file);
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const credentials: Credentials = {
    tenantId: randomUUID(),
    subscriptionId: randomUUID(),
    clientId: randomUUID(),
    objectId: randomUUID(),
    clientSecret: randomBytes(30).toString("base64url"),
    controlToken: randomBytes(30).toString("base64url"),
    derivationKey: randomBytes(32).toString("base64"),
    signingKeyId: randomBytes(20).toString("base64url"),
    signingKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
  writePrivately(file, `${JSON.stringify(credentials, null, 2)}\n`);
  return credentials;
}

function readCredentials(file: string): Credentials {
  try {
    const read: unknown = JSON.parse(readFileSync(file, "utf8"));
    const missing = MEMBERS.find((member) => !isObject(read) || typeof read[member] !== "string" || read[member] === "");
    if (missing !== undefined) throw new TypeError(`${missing} is missing`);
    return read as Credentials; // every member was looked at
  } catch (cause) {
    throw new QuaysideError(`${file} is damaged`, {
      code: "cloud.state-corrupt",
      fault: "user",
      hint: "run `quayside cloud reset` to start with an empty state",
      cause,
    });
  }
}

/** 32 bytes in base64, the same for the same purpose for as long as the state folder lives. */
export function deriveSecret(credentials: Credentials, purpose: string): string {
  return createHmac("sha256", Buffer.from(credentials.derivationKey, "base64")).update(purpose).digest("base64");
}
