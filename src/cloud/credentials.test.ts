import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { deriveSecret, loadCredentials } from "./credentials.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-credentials-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("credentials are made once, for their owner's eyes only", async () => {
  const first = await loadCredentials(folder);

  expect(await loadCredentials(folder)).toEqual(first);
  expect(statSync(join(folder, "credentials.json")).mode & 0o777).toBe(0o600);
});

test("a derived secret is 32 bytes, the same for the same purpose and another for another", async () => {
  const credentials = await loadCredentials(folder);

  expect(Buffer.from(deriveSecret(credentials, "key1"), "base64")).toHaveLength(32);
  expect(deriveSecret(credentials, "key1")).toBe(deriveSecret({ ...credentials }, "key1"));
  expect(deriveSecret(credentials, "key1")).not.toBe(deriveSecret(credentials, "key2"));
});

test.each(["{", "[]", '{"tenantId":"x"}'])("a file that holds %s is refused with a code", async (text) => {
  writeFileSync(join(folder, "credentials.json"), text);

  await expect(loadCredentials(folder)).rejects.toMatchObject({
    code: "cloud.state-corrupt",
    message: `${join(folder, "credentials.json")} is damaged`,
  });
});
