import { X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MadeCertificates } from "./make-certificates.ts";
import { writePrivately } from "./private-file.ts";

export interface Certificates extends MadeCertificates {
  /** PEM file of the authority that clients are told to trust. */
  readonly caFile: string;
}

const RENEW_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * The certificate in `{stateDir}/tls`, made on first use and again when it nears its end. The authority's key signs once
 * and is dropped: whoever trusts the authority trusts this one leaf and nothing that could be signed later.
 */
export async function loadCertificates(stateDir: string, wallNow: number = Date.now()): Promise<Certificates> {
  const folder = join(stateDir, "tls");
  const [caFile, certificateFile, keyFile] = [join(folder, "ca.pem"), join(folder, "cert.pem"), join(folder, "key.pem")];
  if ([caFile, certificateFile, keyFile].every((file) => existsSync(file))) {
    const certificate = readFileSync(certificateFile, "utf8");
    if (isFresh(certificate, wallNow)) {
      return { caFile, ca: readFileSync(caFile, "utf8"), certificate, key: readFileSync(keyFile, "utf8") };
    }
  }
  // Loaded only when a certificate has to be made: the library is a third of what a first start loads.
  const made = await (await import("./make-certificates.ts")).makeCertificates(wallNow);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writePrivately(keyFile, made.key);
  writePrivately(certificateFile, made.certificate);
  writePrivately(caFile, made.ca);
  return { caFile, ...made };
}

function isFresh(pem: string, wallNow: number): boolean {
  try {
    const certificate = new X509Certificate(pem);
    return Date.parse(certificate.validTo) - wallNow > RENEW_BEFORE_DAYS * DAY_MS;
  } catch {
    return false;
  }
}
