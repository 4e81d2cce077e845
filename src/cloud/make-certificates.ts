import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";
import { REGISTRY_SUFFIX, RESERVED_DOMAIN, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";

/** In PEM. */
export interface MadeCertificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY_MS = 86_400_000;
/** Apple's clients refuse leaves that live longer than 398 days. */
const LIFETIME_DAYS = 397;
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

/** An authority that signs one certificate, and that certificate. */
export async function makeCertificates(wallNow: number): Promise<MadeCertificates> {
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
