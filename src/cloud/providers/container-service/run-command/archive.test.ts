import { deflateRawSync } from "node:zlib";
import { expect, test } from "vitest";
import { readArchive } from "./archive.ts";

interface Entry {
  readonly path: string;
  readonly text: string;
  readonly packed?: boolean;
  readonly flags?: number;
}

/** A zip archive as Python's `zipfile` writes it, as far as a reader looks. */
function zip(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const { path, text, packed = false, flags = 0 } of entries) {
    const name = Buffer.from(path);
    const content = packed ? deflateRawSync(text) : Buffer.from(text);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(flags, 8);
    entry.writeUInt16LE(packed ? 8 : 0, 10);
    entry.writeUInt32LE(content.length, 20);
    entry.writeUInt32LE(text.length, 24);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    locals.push(local, name, content);
    directory.push(entry, name);
    at += 30 + name.length + content.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

test("reads files that are stored and packed, and leaves folders out", () => {
  const files = readArchive(
    zip([
      { path: "base/", text: "" },
      { path: "base/a.yaml", text: "a: 1" },
      { path: "b.yaml", text: "b".repeat(1000), packed: true },
    ]),
  );

  expect(files.map(({ path, bytes }) => [path, bytes.length])).toEqual([
    ["base/a.yaml", 4],
    ["b.yaml", 1000],
  ]);
});

test.each([
  ["no archive", Buffer.from("text")],
  ["nothing", Buffer.alloc(0)],
  ["a path that leads out", zip([{ path: "../../etc/passwd", text: "x" }])],
  ["an absolute path", zip([{ path: "/etc/passwd", text: "x" }])],
  ["an encrypted file", zip([{ path: "a", text: "x", flags: 1 }])],
  ["a bomb", zip([{ path: "a", text: "0".repeat(17 * 1024 * 1024), packed: true }])],
  ["a file that is cut short", zip([{ path: "a", text: "x" }]).fill(0xff, 31 + 20, 31 + 24)],
])("%s is refused", (_, bytes) => {
  expect(() => readArchive(bytes)).toThrow(/^context is a zip archive in base64, and /);
});
