import { createHmac, generateKeyPair, randomBytes, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { QuaysideError } from "../report/index.ts";
import { writePrivately } from "./private-file.ts";

const schema = z.object({
  tenantId: z.guid(),
  subscriptionId: z.guid(),
  /** The service principal that rehearsals sign in with. */
  clientId: z.guid(),
  objectId: z.guid(),
  clientSecret: z.string().min(1),
  /** Opens the control endpoint. */
  controlToken: z.string().min(1),
  /** Account keys and the like are derived from it, so that none of them is stored. */
  derivationKey: z.string().min(1),
  signing: z.object({ keyId: z.string().min(1), privateKey: z.string().min(1) }),
});

/** Everything secret that a state folder holds, in one file that only its owner may read. */
export type Credentials = z.infer<typeof schema>;

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
    signing: {
      keyId: randomBytes(20).toString("base64url"),
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    },
  };
  writePrivately(file, `${JSON.stringify(credentials, null, 2)}\n`);
  return credentials;
}

function readCredentials(file: string): Credentials {
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
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
