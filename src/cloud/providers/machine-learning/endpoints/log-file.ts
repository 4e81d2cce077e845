import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** Two files of this size are kept for each container. */
const ROTATE_BYTES = 1024 * 1024;

/** A container's log on disk: it outlives the container and the cloud, so a deployment that failed can be understood. */
export interface LogFile {
  append(line: string): void;
  /** The last lines, oldest first. */
  tail(lines: number): string[];
}

export function openLog(path: string): LogFile {
  mkdirSync(dirname(path), { recursive: true });
  let size = sizeOf(path);
  return {
    append: (line) => {
      if (size > ROTATE_BYTES) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, `${line}\n`);
      size += line.length + 1;
    },
    tail: (lines) => {
      const text = size < ROTATE_BYTES / 2 ? read(`${path}.1`) + read(path) : read(path);
      return lines <= 0 ? [] : text.split("\n").slice(0, -1).slice(-lines);
    },
  };
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
const read = (path: string) => (sizeOf(path) === 0 ? "" : readFileSync(path, "utf8"));
