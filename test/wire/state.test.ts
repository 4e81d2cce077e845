import { execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { lockRun, stateFolder } from "../../src/cli/state.ts";
import { startTestCloud } from "../../src/cloud/testing.ts";
import { processesOf, quayside, repository, startQuayside, temporaryFolder } from "../support/quayside.ts";

/** Ports, folders and disks that the embedded Azure cannot have: one clear line each, and nothing lost. */
describe("a port", () => {
  test.each(["port", "httpPort", "proxyPort"] as const)(
    "for %s that somebody has is named, and nothing is left open",
    async (which) => {
      using folder = temporaryFolder();
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
      const address = holder.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;

      const refused = startTestCloud({ stateDir: folder.path, [which]: port });

      await expect(refused).rejects.toMatchObject({ code: "cloud.port-in-use", message: expect.stringContaining(String(port)) });
      await new Promise((resolve) => holder.close(resolve));
      // The folder and its lock are free again, and so is every other port.
      await using cloud = await startTestCloud({ stateDir: folder.path, [which]: port });
      expect((await cloud.ask("GET", "/subscriptions")).status).toBe(200);
    },
  );

  test("that is taken is one line on the command line, with exit code 1 and no process left", async () => {
    using folder = temporaryFolder();
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    const address = holder.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    const { code, err } = await startQuayside(["cloud", "start", "--port", String(port), "--state", folder.path]).finished;

    await new Promise((resolve) => holder.close(resolve));
    expect(err).toContain("error cloud.port-in-use");
    expect(err).toContain(String(port));
    expect(err).not.toMatch(/\n\s+at /);
    expect(code).toBe(1);
    expect(await processesOf(folder.path)).toEqual([]);
  });
});

describe("a state folder", () => {
  test("has one cloud at a time; the second is told which process has it and harms nothing", async () => {
    await using first = await startTestCloud();
    await first.group("rg-kept");

    const second = startTestCloud({ stateDir: first.stateDir });

    await expect(second).rejects.toMatchObject({
      code: "cloud.state-in-use",
      message: expect.stringContaining(String(process.pid)),
    });
    expect((await first.ask("GET", `${first.subscription}/resourceGroups/rg-kept`)).status).toBe(200);
    await first.group("rg-after");
  });

  test.each([
    ["cut short", (text: string) => text.slice(0, text.length / 2)],
    ["emptied", () => ""],
    ["of another shape", () => '{"tenantId":"not-a-guid"}'],
  ])("whose credentials were %s is refused, and not written over", async (_how, damage) => {
    using folder = temporaryFolder();
    await (await startTestCloud({ stateDir: folder.path })).close();
    const file = join(folder.path, "credentials.json");
    writeFileSync(file, damage(readFileSync(file, "utf8")));
    const before = hash(file);

    const refused = startTestCloud({ stateDir: folder.path });

    await expect(refused).rejects.toMatchObject({
      code: "cloud.state-corrupt",
      message: expect.stringContaining("credentials.json"),
    });
    expect(hash(file)).toBe(before);
  });

  test("whose database is damaged is refused, and says how to start anew", async () => {
    using folder = temporaryFolder();
    await (await startTestCloud({ stateDir: folder.path })).close();
    writeFileSync(join(folder.path, "cloud.db"), "this is no database, and it is long enough to be looked at as one".repeat(100));

    await expect(startTestCloud({ stateDir: folder.path })).rejects.toMatchObject({
      code: "cloud.state-corrupt",
      hint: expect.stringContaining("cloud reset"),
    });
  });

  test("with a half-written note about a running cloud is taken as one without", async () => {
    using folder = temporaryFolder();
    const state = stateFolder("/", folder.path);
    mkdirSync(state.cloud);
    writeFileSync(join(state.cloud, "running.json"), '{"pid": 1, "arm": "https://loc');

    const { code, err, out } = await quayside(["cloud", "status", "--state", folder.path]);

    expect([code, err, out.trim()]).toEqual([1, "", "not running"]);
  });

  test("whose lock was left empty by somebody who was killed is taken over", () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "run.lock"), "");

    using _lock = lockRun(stateFolder("/", folder.path));

    expect(readFileSync(join(folder.path, "run.lock"), "utf8")).toBe(String(process.pid));
  });

  test("whose cloud was killed and its process id given to somebody else stops nobody", async () => {
    using folder = temporaryFolder();
    const state = stateFolder("/", folder.path);
    mkdirSync(state.cloud);
    const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const note = { arm: "https://localhost:9", http: "http://127.0.0.1:9", proxy: "http://127.0.0.1:9", caFile: "ca.pem" };
    const ids = { tenantId: "t", subscriptionId: "s", clientId: "c" };
    writeFileSync(join(state.cloud, "running.json"), JSON.stringify({ pid: bystander.pid, ...note, ...ids }));

    const { out } = await quayside(["cloud", "status", "--state", folder.path]);
    const { code, err } = await quayside(["cloud", "stop", "--state", folder.path]);
    const spared = bystander.exitCode === null && bystander.signalCode === null;
    bystander.kill();

    expect(out.trim()).toBe("not running");
    expect(err).toContain("error cli.cloud-does-not-answer");
    expect(code).toBe(1);
    expect(spared).toBe(true);
  });

  test("under a file instead of a folder is refused by name", async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "file"), "");

    await expect(startTestCloud({ stateDir: join(folder.path, "file", "state") })).rejects.toMatchObject({
      code: "cloud.state-unreadable",
    });
  });
});

/** A small file system for one process and its children, without changing anything for others: Linux' own namespaces. */
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

describe.skipIf(!canMount)("a disk (in a mount namespace; skipped where the system allows none)", () => {
  const inNamespace = async (script: string) => promisify(execFile)("unshare", ["-rm", "sh", "-c", script], { cwd: repository });

  test("that is full refuses the write with a reason, loses nothing that was acknowledged, and goes on when there is room", async () => {
    using folder = temporaryFolder();
    const [disk, state, ballast] = [
      join(folder.path, "disk"),
      join(folder.path, "disk", "state"),
      join(folder.path, "disk", "ballast"),
    ];
    mkdirSync(disk);
    const child = join(import.meta.dirname, "full-disk-child.ts");

    const { stdout } = await inNamespace(
      `mount -t tmpfs -o size=2m tmpfs ${disk} && head -c 1000000 /dev/zero > ${ballast} && exec ${process.execPath} ${child} ${state} ${ballast}`,
    );

    const seen = JSON.parse(stdout) as {
      written: number;
      refusal: { status: number; error: { message: string } };
      lost: number;
      again: number;
    };
    expect(seen.written).toBeGreaterThan(10);
    expect(seen.refusal.status).toBe(500);
    expect(seen.refusal.error.message).toContain("cloud.disk-full");
    expect(seen.lost).toBe(0);
    expect(seen.again).toBe(201);
  });

  test("that is read-only is one line on the command line", async () => {
    using folder = temporaryFolder();
    const command = `${process.execPath} src/cli/main.ts cloud start --state ${folder.path}/disk/state`;

    mkdirSync(join(folder.path, "disk"));
    const ended = await inNamespace(`mount -t tmpfs -o ro tmpfs ${folder.path}/disk; ${command} 2>&1; echo "exit $?"`);

    expect(ended.stdout).toContain(`error cli.state-unwritable: the folder ${folder.path}/disk/state`);
    expect(ended.stdout).not.toMatch(/\n\s+at /);
    expect(ended.stdout).toContain("exit 1");
  });

  test("that became read-only under an existing state says so", async () => {
    using folder = temporaryFolder();
    const state = join(folder.path, "state");
    await (await startTestCloud({ stateDir: join(state, "cloud") })).close();
    const command = `${process.execPath} src/cli/main.ts cloud start --state ${state}`;

    const ended = await inNamespace(
      `mount --bind ${state} ${state} && mount -o remount,ro,bind ${state}; ${command} 2>&1; echo "exit $?"`,
    );

    expect(ended.stdout).toContain("exit 1");
    expect(ended.stdout).not.toMatch(/\n\s+at /);
    expect(ended.stdout).toContain("error system.read-only");
  });
});

function hash(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
