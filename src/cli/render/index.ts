import { jsonRenderer } from "./json.ts";
import { plainRenderer } from "./plain.ts";
import type { Renderer, Streams } from "./renderer.ts";
import { terminalRenderer } from "./terminal.ts";

export { seconds } from "./line.ts";
export type { Output, Renderer, Streams } from "./renderer.ts";

/** JSON lines when asked; a live display on a terminal; else lines. `CI`, `NO_COLOR` and `TERM=dumb` mean lines. */
export function chooseRenderer(streams: Streams, json: boolean, env: Readonly<Record<string, string | undefined>>): Renderer {
  if (json) return jsonRenderer(streams);
  const plain =
    [env.CI, env.NO_COLOR].some((value) => value !== undefined && value !== "" && value !== "false") || env.TERM === "dumb";
  return streams.err.isTTY === true && !plain ? terminalRenderer(streams) : plainRenderer(streams);
}
