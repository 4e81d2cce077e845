import { expect, test } from "vitest";
import { readArchive } from "../../cloud/providers/container-service/run-command/archive.ts";
import { zip } from "./archive.ts";

test("the other side reads what was packed, and the same files are the same bytes", () => {
  const files = { "objects.json": '{"a":"ü"}\n', "folder/empty.txt": "" };

  expect(readArchive(zip(files)).map(({ path, bytes }) => [path, bytes.toString("utf8")])).toEqual(Object.entries(files));
  expect(zip(files).equals(zip(files))).toBe(true);
});

test("carries the checksum that readers hold it to", () => {
  // The value that ISO 3309 gives for these nine digits.
  expect(zip({ a: "123456789" }).readUInt32LE(14)).toBe(0xcbf43926);
});
