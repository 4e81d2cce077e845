import { hash, timingSafeEqual } from "node:crypto";
import { RequestFault } from "../fault.ts";
import type { Endpoint } from "./table.ts";

const CHALLENGE = { "www-authenticate": "Bearer" };

/** 401 unless the bearer credential's SHA-256 is one of the endpoint's. Every credential is compared, in constant time. */
export function checkCredential({ credentials, name }: Endpoint, authorization: string | undefined, now: number): void {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    throw new RequestFault(
      401,
      "serve.no-credential",
      `endpoint "${name}" wants a key or token; send it as authorization: Bearer`,
      CHALLENGE,
    );
  }
  // As text: a digest as a buffer takes Node three times as long.
  const given = Buffer.from(hash("sha256", token, "hex"), "latin1");
  let known = false;
  let valid = false;
  for (const { sha256, expiresAt } of credentials) {
    if (sha256.length !== given.length || !timingSafeEqual(sha256, given)) continue;
    known = true;
    valid ||= now < expiresAt;
  }
  if (!valid) {
    throw new RequestFault(
      401,
      known ? "serve.credential-expired" : "serve.wrong-credential",
      `the key or token ${known ? "has expired" : `does not open endpoint "${name}"`}`,
      CHALLENGE,
    );
  }
}
