import type { Diagnostic } from "../report/index.ts";
import { nearest } from "./suggest.ts";

/** A name that nothing declares, with the one that was probably meant. */
export function missing(kind: string, name: string, known: readonly string[], at: string): Diagnostic {
  const guess = nearest(name, known);
  return problem(
    `unknown-${kind}`,
    at,
    `there is no ${kind} ${name}`,
    guess === undefined ? "declare it" : `did you mean ${guess}?`,
  );
}

export function problem(word: string, at: string, message: string, help: string): Diagnostic {
  return { code: `program.${word}`, severity: "error", message, at, help };
}
