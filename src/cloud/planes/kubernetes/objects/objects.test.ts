import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type OpenStore, openStore } from "../../../store.ts";
import { CONFIG_MAP } from "../kinds/core.ts";
import { createObjects, type ObjectEvent } from "./objects.ts";

let folder = "";
let store: OpenStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quayside-objects-"));
  store = openStore(folder);
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const object = (name: string) => ({ metadata: { namespace: "default", name } });

test("who watches hears of no write that was undone, nor who starts behind it", () => {
  const objects = createObjects({ store, deriveSecret: () => "" });
  const told: string[] = [];
  const tell = ({ type, object: { metadata } }: ObjectEvent) =>
    told.push(`${type} ${(metadata as { name: string; resourceVersion: string }).name} ${objects.version("c")}`);
  const since = objects.version("c");
  objects.watch("c", since, { tell, end: () => {} });

  expect(() =>
    store.transaction(() => {
      objects.put("c", CONFIG_MAP, object("undone"));
      throw new Error("no");
    }),
  ).toThrow("no");
  store.transaction(() => {
    objects.put("c", CONFIG_MAP, object("made"));
    objects.delete("c", CONFIG_MAP, object("made"));
    expect(told).toEqual([]);
  });

  expect(told).toEqual([`ADDED made ${since + 2}`, `DELETED made ${since + 2}`]);
  expect(objects.watch("c", since, { tell, end: () => {} })?.past.map(({ type }) => type)).toEqual(["ADDED", "DELETED"]);
});
