import { lineOf } from "./line.ts";
import type { Renderer, Streams } from "./renderer.ts";

/** One line per change, for logs and pipes. Progress and failures go to standard error, so that the result can be piped. */
export function plainRenderer({ out, err }: Streams): Renderer {
  return {
    emit: (name, payload) => {
      const line = lineOf({ name, payload });
      if (line !== undefined) err.write(`${line}\n`);
    },
    result: (text) => {
      if (text !== "") out.write(`${text}\n`);
    },
    failure: ({ code, message, hint, findings = [] }) => {
      err.write(`error ${code}: ${message}\n`);
      for (const finding of findings) if (finding !== message) err.write(`  - ${finding}\n`);
      if (hint !== undefined) err.write(`  ${hint}\n`);
    },
    close: () => undefined,
  };
}
