import { createHash } from "node:crypto";

/** One flower; `id` is its place in the file, from 1. */
export interface Row {
  readonly id: number;
  /** As 32-bit floats: what the served model will see, so training, parity check and serving compare the same numbers. */
  readonly features: readonly number[];
  readonly label: string;
}

export interface Dataset {
  readonly columns: readonly string[];
  /** In alphabetical order: the order of the probabilities. */
  readonly classes: readonly string[];
  readonly rows: readonly Row[];
  readonly sha256: string;
}

/** CSV with a header line; the last column is the label, the others are numbers. */
export function parseDataset(content: Buffer): Dataset {
  const [header = "", ...lines] = content.toString("utf8").trim().split(/\r?\n/);
  const columns = header.split(",").slice(0, -1);
  if (columns.length === 0) throw new Error("data: the first line must name at least one feature and the label");
  const rows = lines.map((line, at) => parseRow(line, at + 1, columns));
  const classes = [...new Set(rows.map(({ label }) => label))].sort();
  if (classes.length < 2) throw new Error(`data: ${classes.length} classes found; at least 2 are needed`);
  return { columns, classes, rows, sha256: createHash("sha256").update(content).digest("hex") };
}

function parseRow(line: string, id: number, columns: readonly string[]): Row {
  const cells = line.split(",");
  const label = cells.pop() ?? "";
  if (cells.length !== columns.length || label === "")
    throw new Error(`data: row ${id} has ${cells.length + 1} cells; ${columns.length + 1} are needed`);
  const features = cells.map((cell, at) => {
    const value = Number(cell);
    if (cell.trim() === "" || !Number.isFinite(value))
      throw new Error(`data: row ${id}, ${columns[at] ?? ""} is "${cell}"; a number is needed`);
    return Math.fround(value);
  });
  return { id, features, label };
}

export interface Split {
  readonly training: readonly Row[];
  readonly holdout: readonly Row[];
}

/**
 * The held-out rows depend on nothing but the data: of each class the `share` whose content hashes lowest. So every version of
 * the model is judged on the same rows, whatever its seed, and equal rows stay on one side.
 */
export function splitHoldout({ rows, classes }: Dataset, share: number): Split {
  const holdout = new Set<number>();
  for (const label of classes) {
    const members = rows.filter((row) => row.label === label).map((row) => ({ id: row.id, hash: contentHash(row) }));
    members.sort((a, b) => a.hash.localeCompare(b.hash) || a.id - b.id);
    const last = members[Math.round(members.length * share) - 1];
    for (const { id, hash } of members) if (last !== undefined && hash <= last.hash) holdout.add(id);
  }
  return { training: rows.filter(({ id }) => !holdout.has(id)), holdout: rows.filter(({ id }) => holdout.has(id)) };
}

function contentHash({ features, label }: Row): string {
  return createHash("sha256")
    .update([...features, label].join(","))
    .digest("hex");
}
