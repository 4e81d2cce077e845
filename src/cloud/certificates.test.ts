import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadCertificates } from "./certificates.ts";

const DAY = 86_400_000;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-tls-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("the leaf names every host that is served, is signed by the authority and lives at most 398 days", async () => {
  const made = await loadCertificates(folder);
  const [ca, leaf] = [new X509Certificate(made.ca), new X509Certificate(made.certificate)];

  expect(leaf.verify(ca.publicKey)).toBe(true);
  expect(leaf.ca).toBe(false);
  for (const host of ["localhost", "kv1.vault.rehearsal.test", "acr1.azurecr.rehearsal.test", "st1.blob.core.rehearsal.test"]) {
    expect(leaf.checkHost(host)).toBeDefined();
  }
  expect(leaf.checkHost("a.b.vault.rehearsal.test")).toBeUndefined();
  expect(leaf.checkIP("127.0.0.1")).toBeDefined();
  expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)).toBeLessThanOrEqual(398 * DAY);
});

test("only the leaf's key is stored, and only its owner may read it", async () => {
  await loadCertificates(folder);

  expect(readdirSync(join(folder, "tls")).sort()).toEqual(["ca.pem", "cert.pem", "key.pem"]);
  expect(statSync(join(folder, "tls", "key.pem")).mode & 0o777).toBe(0o600);
});

test("it is kept between starts and made again when it nears its end", async () => {
  const first = await loadCertificates(folder);
  expect((await loadCertificates(folder)).certificate).toBe(first.certificate);

  const later = await loadCertificates(folder, Date.now() + 370 * DAY);
  expect(later.certificate).not.toBe(first.certificate);
});
