import { renameSync, writeFileSync } from "node:fs";

/** Writes a file that only its owner may read; a reader sees the old text or the new one, never half of it. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}.tmp`;
  writeFileSync(draft, text, { mode: 0o600 });
  renameSync(draft, file);
}
