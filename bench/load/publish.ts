import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { join } from "node:path";
import { ROOT } from "./tools.ts";

/** What a reader must know to judge a figure. */
export function circumstances() {
  return {
    at: new Date().toISOString(),
    processor: cpus()[0]?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    /** Before the first measurement. Above 0.5 a core, somebody else was working: then only ratios of one run mean something. */
    loadAverage: loadAverage(),
    commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: ROOT }).toString().trim(),
  };
}

function loadAverage(): number[] {
  return loadavg().map((value) => Number(value.toFixed(2)));
}

/** Others work on this machine: then clocks measure them, too. */
export function isShared([lastMinute = 0] = loadAverage()): boolean {
  return lastMinute > cpus().length / 2;
}

/** One line for the page; says so when the machine was not the benchmark's alone. */
export function describe(around: ReturnType<typeof circumstances>, isQuick: boolean): string {
  const { at, commit, processor, cores, node } = around;
  const [before = 0] = around.loadAverage;
  const shared = isShared(around.loadAverage) ? " (others were using the machine: only ratios mean something)" : "";
  return `${at.slice(0, 10)}, commit ${commit}, ${processor}, ${cores} cores, Node ${node}; load average ${before} before the start${shared}${isQuick ? "; quick run" : ""}.`;
}

/** Keeps the raw figures and puts the table into its place in docs/performance.md. */
export function publish(name: string, result: object, markdown: string): void {
  const folder = join(ROOT, "bench", "results");
  mkdirSync(folder, { recursive: true });
  const whole = { ...result, loadAverageAfter: loadAverage() };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(whole, null, 2)}\n`);
  const page = join(ROOT, "docs", "performance.md");
  const begin = `<!-- begin ${name}: written by npm run bench:${name} -->`;
  const end = `<!-- end ${name} -->`;
  const text = existsSync(page) ? readFileSync(page, "utf8") : "";
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks the place for ${name}: ${begin} and ${end}`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${text.slice(to)}`);
}

export function table(head: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (cell === undefined ? "-" : String(cell))));
  const widths = head.map((title, at) => Math.max(title.length, ...cells.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...cells.map(line)].join("\n");
}
