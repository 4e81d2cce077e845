/** What can only happen when Quayside itself is wrong; never thrown for bad input. */
export class InternalError extends Error {
  override readonly name = "InternalError";
  /** What did not hold, without the words around it. */
  readonly claim: string;

  constructor(claim: string) {
    super(`internal error, this is a bug: ${claim}`);
    this.claim = claim;
  }
}

export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new InternalError(claim);
}

/** Closes a switch over a union: a new member does not compile until it is handled. */
export function unreachable(value: never): never {
  throw new InternalError(`unexpected ${JSON.stringify(value)}`);
}
