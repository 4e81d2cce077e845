import { inflateRawSync } from "node:zlib";
import { badRequest } from "../../common/faults.ts";

export interface ArchiveFile {
  /** With slashes, within the archive. */
  readonly path: string;
  readonly bytes: Buffer;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;
const MOST_FILES = 1000;
const MOST_BYTES = 16 * 1024 * 1024;

/** The files of a zip archive as `az aks command invoke` sends it. Source: PKWARE's APPNOTE, without encryption and zip64. */
export function readArchive(bytes: Buffer): ArchiveFile[] {
  try {
    return readEntries(bytes);
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")))
      throw badArchive("it is damaged");
    throw error;
  }
}

function readEntries(bytes: Buffer): ArchiveFile[] {
  const end = endOf(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_FILES) throw badArchive(`it has ${count} files; the most is ${MOST_FILES}`);
  const files: ArchiveFile[] = [];
  let room = MOST_BYTES;
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (bytes.readUInt32LE(at) !== ENTRY) throw badArchive("its directory is damaged");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    const path = bytes.toString("utf8", at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength);
    if (!path.endsWith("/")) {
      requireInside(path);
      const file = contentOf(bytes, at, room, path);
      room -= file.length;
      files.push({ path, bytes: file });
    }
    at += ENTRY_BYTES + nameLength + extra + comment;
  }
  return files;
}

function endOf(bytes: Buffer): number {
  for (let at = bytes.length - END_BYTES; at >= Math.max(0, bytes.length - END_BYTES - LONGEST_COMMENT); at--)
    if (bytes.readUInt32LE(at) === END) return at;
  throw badArchive("it is no zip archive");
}

function contentOf(bytes: Buffer, entry: number, room: number, path: string): Buffer {
  if ((bytes.readUInt16LE(entry + 8) & 1) !== 0) throw badArchive(`${path} is encrypted`);
  const method = bytes.readUInt16LE(entry + 10);
  const packed = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  if (start + packed > bytes.length) throw badArchive(`${path} is cut short`);
  const content = bytes.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED) throw badArchive(`${path} is packed by method ${method}`);
  if (method === STORED && packed > room) throw badArchive(`it has more than ${MOST_BYTES} bytes`);
  return method === STORED ? content : inflateRawSync(content, { maxOutputLength: Math.max(1, room) });
}

function requireInside(path: string): void {
  if (path.startsWith("/") || path.includes("\\") || path.includes("\0") || path.split("/").includes(".."))
    throw badArchive(`${JSON.stringify(path)} is outside of it`);
}

function badArchive(why: string) {
  return badRequest("BadRequest", `context is a zip archive in base64, and ${why}`, "context");
}
