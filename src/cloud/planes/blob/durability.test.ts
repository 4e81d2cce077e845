import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acknowledgeWhenSaved, createSaver } from "./durability.ts";

test("saves that come together share one write, and each sees at least what was there when it was asked for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "quayside-saver-"));
  const file = join(folder, "index.json");
  let version = 0;
  let snapshots = 0;
  const saver = createSaver({
    snapshot() {
      snapshots++;
      return [{ file, text: String(version) }];
    },
  });

  const seen: [number, number][] = [];
  const ask = async () => {
    const mine = ++version;
    await saver.save();
    seen.push([mine, Number(await readFile(file, "utf8"))]);
  };
  await Promise.all(Array.from({ length: 20 }, ask));

  expect(seen).toHaveLength(20);
  expect(seen.filter(([mine, kept]) => kept < mine)).toEqual([]);
  expect(snapshots).toBe(2);
  await rm(folder, { recursive: true, force: true });
});

test("a write is answered after it was saved, a read at once, and a write that cannot be saved with 500", async () => {
  const events: string[] = [];
  let works = true;
  const saver = {
    async save() {
      await new Promise((resolve) => setImmediate(resolve));
      events.push("saved");
      if (!works) throw new Error("disk full");
    },
  };
  const server = createServer((request, response) => {
    acknowledgeWhenSaved(request.method ?? "", response, saver);
    response.statusCode = 201;
    response.write("bo");
    response.end("dy");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = async (method: string) => {
    const answer = await fetch(url, { method });
    events.push(method);
    return [answer.status, await answer.text()];
  };

  const [read, write] = [await ask("GET"), await ask("PUT")];
  works = false;
  const failed = await ask("PUT");
  server.close();

  expect([read, write, failed]).toEqual([
    [201, "body"],
    [201, "body"],
    [500, ""],
  ]);
  expect(events).toEqual(["GET", "saved", "PUT", "saved", "PUT"]);
});
