/** What can only happen when Quayside itself is wrong; never thrown for bad input. */
export class InternalError extends Error {
  override readonly name = "InternalError";
}

export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new InternalError(`internal error, this is a bug: ${claim}`);
}

/** Closes a switch over a union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new InternalError(`internal error, this is a bug: unexpected ${JSON.stringify(value)}`);
}
