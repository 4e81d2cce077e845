import type { Renderer, Streams } from "./renderer.ts";

/** One JSON object per line on standard output: events as they happen, then `result` or `error`. */
export function jsonRenderer({ out }: Streams): Renderer {
  const line = (event: string, value: object) => out.write(`${JSON.stringify({ event, ...value })}\n`);
  return {
    emit: (name, payload) => line(name, payload),
    result: (_text, value) => line("result", { result: value }),
    failure: (failure) => line("error", { error: failure }),
    close: () => undefined,
  };
}
