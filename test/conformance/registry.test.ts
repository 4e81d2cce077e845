import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asString } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { repository } from "../support/quayside.ts";
import { digestOf, image, registryClient, writeLayout } from "../support/registry.ts";

const run = promisify(execFile);
const LOGIN = "acrwitness.azurecr.rehearsal.test";
/** What Azure's clients sign in as beside a token. */
const TOKEN_USER = "00000000-0000-0000-0000-000000000000";

function find(program: string): string | undefined {
  const folders = [join(repository, ".tools", "bin"), ...(process.env.PATH ?? "").split(delimiter)];
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}

const tools = { skopeo: find("skopeo"), crane: find("crane") };
for (const [name, file] of Object.entries(tools))
  if (file === undefined)
    process.stderr.write(`\nSKIPPED: ${name} against the embedded registry: it is neither in .tools/bin nor on the path\n\n`);

let cloud: TestCloud;
let folder: string;
let refreshToken: string;
const pushed = image("a layer of forty-two bytes, made by the test");

beforeAll(async () => {
  cloud = await startTestCloud();
  folder = mkdtempSync(join(tmpdir(), "registry-"));
  const id = `${await cloud.group("rg")}/providers/Microsoft.ContainerRegistry/registries/acrwitness`;
  await cloud.put(id, { location: "eastus", sku: { name: "Basic" }, properties: { adminUserEnabled: true } }, "2025-11-01");
  const body = { grant_type: "access_token", service: LOGIN, access_token: await cloud.token() };
  refreshToken = await exchange(body);
  await writeLayout(join(folder, "layout"), "v1", pushed);
});

afterAll(async () => {
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
});

async function exchange(body: Record<string, string>): Promise<string> {
  await using client = registryClient(cloud.cloud, LOGIN);
  const { refresh_token } = (await client.ask("POST", "/oauth2/exchange", { body: new URLSearchParams(body) })).json;
  return asString(refresh_token);
}

/** Runs a tool as `quayside cloud exec` would: it trusts the cloud's authority and reaches its names by the proxy. */
async function tool(program: string | undefined, ...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const { caFile, proxy } = cloud.cloud;
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: folder,
    SSL_CERT_FILE: caFile,
    HTTPS_PROXY: proxy,
    DOCKER_CONFIG: join(folder, "docker"),
  };
  try {
    const { stdout, stderr } = await run(program ?? "", words, { env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
    return { code: typeof code === "number" ? code : -1, out: stdout, err: stderr };
  }
}

describe.skipIf(tools.skopeo === undefined)("skopeo", () => {
  const skopeo = (...words: string[]) => tool(tools.skopeo, ...words);
  const creds = () => `${TOKEN_USER}:${refreshToken}`;

  test("copies an image layout in, inspects it, copies it out and deletes it", async () => {
    const remote = `docker://${LOGIN}/team/app:v1`;
    const copied = await skopeo(
      "copy",
      "--insecure-policy",
      "--preserve-digests",
      "--dest-creds",
      creds(),
      `oci:${folder}/layout:v1`,
      remote,
    );
    expect(copied).toMatchObject({ code: 0 });
    const inspected = await skopeo("inspect", "--raw", "--creds", creds(), remote);
    expect(inspected.out).toBe(pushed.manifest);
    expect(JSON.parse((await skopeo("list-tags", "--creds", creds(), `docker://${LOGIN}/team/app`)).out)).toMatchObject({
      Tags: ["v1"],
    });

    expect(
      await skopeo("copy", "--insecure-policy", "--preserve-digests", "--src-creds", creds(), remote, `oci:${folder}/back:v1`),
    ).toMatchObject({
      code: 0,
    });
    for (const bytes of [pushed.manifest, ...pushed.blobs])
      expect(existsSync(join(folder, "back", "blobs", "sha256", digestOf(bytes).slice(7)))).toBe(true);
    expect(await skopeo("delete", "--creds", creds(), remote)).toMatchObject({ code: 0 });
    expect((await skopeo("inspect", "--creds", creds(), remote)).err).toMatch(/manifest unknown|not found/i);
  });

  test("is refused without credentials, and with wrong ones", async () => {
    const inspect = (...more: string[]) => skopeo("inspect", ...more, `docker://${LOGIN}/team/app:v1`);

    expect((await inspect()).code).not.toBe(0);
    expect((await inspect("--creds", "acrwitness:wrong")).err).toMatch(/unauthorized|authentication required|invalid username/i);
  });
});

describe.skipIf(tools.crane === undefined)("crane", () => {
  const crane = (...words: string[]) => tool(tools.crane, ...words);

  test("signs in, pushes, lists, copies within the registry, digests, validates and deletes", async () => {
    expect(await crane("auth", "login", LOGIN, "--username", TOKEN_USER, "--password", refreshToken)).toMatchObject({ code: 0 });
    const copied = await crane("push", join(folder, "layout"), `${LOGIN}/crane:v1`);
    expect(copied).toMatchObject({ code: 0 });
    const index = await crane("manifest", `${LOGIN}/crane:v1`);
    const digest = (await crane("digest", `${LOGIN}/crane:v1`)).out.trim();

    expect(digest).toBe(digestOf(index.out));
    expect(await crane("copy", `${LOGIN}/crane:v1`, `${LOGIN}/crane/copied:v2`)).toMatchObject({ code: 0 });
    expect((await crane("ls", `${LOGIN}/crane/copied`)).out.trim()).toBe("v2");
    expect((await crane("catalog", LOGIN)).out.trim().split("\n")).toEqual(expect.arrayContaining(["crane", "crane/copied"]));
    expect(await crane("tag", `${LOGIN}/crane:v1`, "stable")).toMatchObject({ code: 0 });
    expect(await crane("delete", `${LOGIN}/crane@${digest}`)).toMatchObject({ code: 0 });
    expect((await crane("digest", `${LOGIN}/crane:stable`)).code).not.toBe(0);
    expect((await crane("digest", `${LOGIN}/crane/copied:v2`)).out.trim()).toBe(digest);
  });
});
