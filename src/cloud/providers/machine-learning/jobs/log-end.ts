import { closeSync, fstatSync, openSync, readSync } from "node:fs";

/** Further back nobody looks: a command may write without end. */
const MOST_BYTES = 2 * 1024 * 1024;

/** The last lines of a log, oldest first; none when there is no such file. A line that has no end yet may be half of one. */
export function lastLines(file: string, most: number, unfinished: "kept" | "left" = "left"): string[] {
  const lines = endOf(file).split("\n");
  const last = lines.pop() ?? "";
  const whole = last === "" || unfinished === "left" ? lines : [...lines, last];
  return most <= 0 ? [] : whole.slice(-most);
}

function endOf(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    return "";
  }
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(0, size - MOST_BYTES);
    const bytes = Buffer.alloc(size - start);
    const read = readSync(handle, bytes, 0, bytes.length, start);
    const text = bytes.toString("utf8", 0, read);
    // What is cut begins within a line.
    return start === 0 ? text : text.slice(text.indexOf("\n") + 1);
  } finally {
    closeSync(handle);
  }
}
