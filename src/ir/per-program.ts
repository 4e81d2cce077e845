import type { Program } from "./program.ts";

/** Computes once for each program: a program does not change, and every target asks the same about it. */
export function perProgram<T>(compute: (program: Program) => T): (program: Program) => T {
  const known = new WeakMap<Program, { readonly value: T }>();
  return (program) => {
    const found = known.get(program);
    if (found) return found.value;
    const value = compute(program);
    known.set(program, { value });
    return value;
  };
}
