import { stripVTControlCharacters, styleText } from "node:util";
import type { Events } from "../../report/index.ts";
import { lineOf } from "./line.ts";
import type { Renderer, Streams } from "./renderer.ts";

const REDRAW_MS = 100;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
/** Log lines of a job that stay visible while it runs. */
const LOG_LINES = 4;
const MAX_LIVE_RESOURCES = 8;

/** A live block at the bottom (what runs now) under lines that stay (what is done). */
export function terminalRenderer({ out, err }: Streams): Renderer {
  const running = new Map<string, { title: string; since: number }>();
  const resources = new Map<string, Events["resource.changed"]>();
  let log: string[] = [];
  let load: Events["load.progress"] | undefined;
  let drawn = 0;
  let frame = 0;
  const paint = (style: Parameters<typeof styleText>[0], text: string) => styleText(style, text, { validateStream: false });

  const erase = () => {
    if (drawn > 0) err.write(`\u001b[${drawn}A\u001b[0J`);
    drawn = 0;
  };
  const live = (): string[] => {
    const spin = SPINNER[frame % SPINNER.length] ?? "";
    const active = [...resources.values()].filter(({ state }) => state === "running");
    const done = [...resources.values()].filter(({ state }) => state === "succeeded").length;
    return [
      ...[...running.values()].map(
        ({ title, since }) =>
          `${paint("cyan", spin)} ${title} ${paint("dim", `${((performance.now() - since) / 1000).toFixed(0)} s`)}`,
      ),
      ...(resources.size > 0 ? [paint("dim", `  ${done} of ${resources.size} resources ready`)] : []),
      ...active.slice(0, MAX_LIVE_RESOURCES).map(({ name, type }) => `  ${paint("cyan", "•")} ${name} ${paint("dim", type)}`),
      ...log.map((line) => paint("dim", `  | ${line}`)),
      ...(load === undefined
        ? []
        : [`  ${load.sent} requests, ${load.failed} failed, p50 ${load.p50Ms.toFixed(1)} ms, p99 ${load.p99Ms.toFixed(1)} ms`]),
    ];
  };
  const draw = () => {
    const width = (err.columns ?? 80) - 1;
    const lines = live().map((line) =>
      stripVTControlCharacters(line).length > width ? stripVTControlCharacters(line).slice(0, width) : line,
    );
    if (lines.length > 0) err.write(`${lines.join("\n")}\n`);
    drawn = lines.length;
  };
  const keep = (line: string) => {
    erase();
    err.write(`${line}\n`);
    draw();
  };
  const timer = setInterval(() => {
    frame++;
    if (running.size === 0 && drawn === 0) return;
    erase();
    draw();
  }, REDRAW_MS);
  timer.unref();
  const settle = () => {
    resources.clear();
    log = [];
    load = undefined;
  };

  return {
    emit: (name, payload) => {
      const text = lineOf({ name, payload });
      switch (name) {
        case "step.started": {
          const { step, title } = payload as Events["step.started"];
          running.set(step, { title, since: performance.now() });
          return;
        }
        case "step.done":
        case "step.failed":
          running.delete((payload as Events["step.done"]).step);
          settle();
          return keep(paint(name === "step.done" ? "green" : "red", text?.slice(0, 1) ?? "") + (text?.slice(1) ?? ""));
        case "resource.changed": {
          const change = payload as Events["resource.changed"];
          resources.set(change.id, change);
          if (change.state === "failed") keep(paint("red", text ?? ""));
          return;
        }
        // The step's own line counts them.
        case "object.applied":
          return;
        case "job.log":
          log = [...log, (payload as Events["job.log"]).line].slice(-LOG_LINES);
          return;
        case "load.progress":
          load = payload as Events["load.progress"];
          return;
        default:
          if (text !== undefined) keep(text);
      }
    },
    result: (text) => {
      erase();
      if (text !== "") out.write(`${text}\n`);
    },
    failure: ({ code, message, hint, findings = [] }) => {
      erase();
      err.write(`${paint("red", `error ${code}`)}: ${message}\n`);
      for (const finding of findings) if (finding !== message) err.write(`  - ${finding}\n`);
      if (hint !== undefined) err.write(`  ${paint("yellow", hint)}\n`);
    },
    close: () => {
      clearInterval(timer);
      erase();
    },
  };
}
