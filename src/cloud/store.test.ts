import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openStore } from "./store.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-store-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("documents come back in the order of their keys, by prefix", () => {
  const store = openStore(folder);
  for (const key of ["b/2", "a/1", "b/1", "c/ü"]) store.put("things", key, { key });
  store.put("others", "b/9", {});

  expect(store.list("things", "b/").map(({ key }) => key)).toEqual(["b/1", "b/2"]);
  expect(store.list("things").map(({ key }) => key)).toEqual(["a/1", "b/1", "b/2", "c/ü"]);
  expect(store.get("things", "c/ü")).toEqual({ key: "c/ü" });
  expect(store.delete("things", "a/1")).toBe(true);
  expect(store.delete("things", "a/1")).toBe(false);
  store.close();
});

test("a transaction that throws leaves nothing behind", () => {
  const store = openStore(folder);
  const attempt = () =>
    store.transaction(() => {
      store.put("things", "a", 1);
      store.transaction(() => store.put("things", "b", 2));
      throw new Error("no");
    });

  expect(attempt).toThrow("no");
  expect(store.list("things")).toEqual([]);
  expect(store.rollbacks()).toBe(1);
  store.close();
});

test("others hear of a transaction once it is on disk, and never of one that was undone", () => {
  const store = openStore(folder);
  const heard: string[] = [];
  const tell = (word: string) => store.afterCommit(() => heard.push(word));

  store.transaction(() => {
    store.transaction(() => tell("inner"));
    tell("outer");
    expect(heard).toEqual([]);
  });
  expect(() =>
    store.transaction(() => {
      tell("undone");
      throw new Error("no");
    }),
  ).toThrow("no");
  tell("alone");

  expect(heard).toEqual(["inner", "outer", "alone"]);
  store.close();
});

test("a second process on the same folder is told who has it", () => {
  const store = openStore(folder);

  expect(() => openStore(folder)).toThrow(
    expect.objectContaining({
      code: "cloud.state-in-use",
      message: `the state folder ${folder} is in use by process ${process.pid}`,
    }),
  );
  store.close();
  openStore(folder).close();
});

test("what was acknowledged survives kill -9, and the folder is free again", async () => {
  const script = join(folder, "writer.ts");
  const module = new URL("./store.ts", import.meta.url).href;
  writeFileSync(
    script,
    `import { openStore } from ${JSON.stringify(module)};
     const store = openStore(${JSON.stringify(folder)});
     for (let at = 0; at < 1_000_000; at++) { store.put("writes", String(at), at); process.send(at); }`,
  );
  const child: ChildProcess = fork(script, { execArgv: ["--disable-warning=ExperimentalWarning"], stdio: "ignore" });
  const acknowledged: number[] = [];
  await new Promise<void>((resolve, reject) => {
    child.on("exit", () => reject(new Error("the writer ended by itself")));
    child.on("message", (at) => {
      acknowledged.push(Number(at));
      if (acknowledged.length === 50) resolve();
    });
  });
  child.removeAllListeners("exit");
  child.kill("SIGKILL");
  await once(child, "close");

  const store = openStore(folder);
  const found = new Set(store.list<number>("writes").map(({ value }) => value));
  expect(acknowledged.filter((at) => !found.has(at))).toEqual([]);
  store.close();
});

test("a file that is no database is refused with a code", () => {
  writeFileSync(join(folder, "cloud.db"), "this is not a database, but it is long enough to be looked at as one".repeat(20));

  expect(() => openStore(folder)).toThrow(expect.objectContaining({ code: "cloud.state-corrupt" }));
});

test("a folder that cannot be made is refused with a code", () => {
  writeFileSync(join(folder, "file"), "");

  expect(() => openStore(join(folder, "file", "state"))).toThrow(expect.objectContaining({ code: "cloud.state-unreadable" }));
});
