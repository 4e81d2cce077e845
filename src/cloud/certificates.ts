import { X509Certificate as NodeCertificate, webcrypto } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivately } from "./private-file.ts";
import { REGISTRY_SUFFIX, RESERVED_DOMAIN, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";

export interface Certificates {
  /** PEM file of the authority that clients are told to trust. */
  readonly caFile: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Apple's clients refuse leaves that live longer than 398 days. */
const LIFETIME_DAYS = 397;
const RENEW_BEFORE_DAYS = 30;
const DAY_MS = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A wildcard stands for one label (RFC 6125), so every level that is served has its own. */
const DNS_NAMES = [
  "localhost",
  `*.${RESERVED_DOMAIN}`,
  `*.${VAULT_SUFFIX}`,
  `*.${REGISTRY_SUFFIX}`,
  `*.${STORAGE_SUFFIX}`,
  `*.blob.${STORAGE_SUFFIX}`,
];
const ADDRESSES = ["127.0.0.1", "::1"];

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
  const made = await makeCertificates(wallNow);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writePrivately(keyFile, made.key);
  writePrivately(certificateFile, made.certificate);
  writePrivately(caFile, made.ca);
  return { caFile, ...made };
}

function isFresh(pem: string, wallNow: number): boolean {
  try {
    const certificate = new NodeCertificate(pem);
    return Date.parse(certificate.validTo) - wallNow > RENEW_BEFORE_DAYS * DAY_MS;
  } catch {
    return false;
  }
}

async function makeCertificates(wallNow: number): Promise<{ ca: string; certificate: string; key: string }> {
  // Loaded only when a certificate has to be made: it costs more than everything else at start.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const [authority, leaf] = await Promise.all([
    webcrypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]),
    webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]),
  ]);
  const validity = { notBefore: new Date(wallNow - DAY_MS / 2), notAfter: new Date(wallNow + (LIFETIME_DAYS - 1) * DAY_MS) };
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Quayside rehearsal authority",
    keys: authority,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: ca.subject,
    publicKey: leaf.publicKey,
    signingKey: authority.privateKey,
    signingAlgorithm: ALGORITHM,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        ...DNS_NAMES.map((value) => ({ type: "dns" as const, value })),
        ...ADDRESSES.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.SubjectKeyIdentifierExtension.create(leaf.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", leaf.privateKey);
  return {
    ca: `${ca.toString("pem")}\n`,
    certificate: `${certificate.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(pkcs8, "PRIVATE KEY")}\n`,
  };
}
