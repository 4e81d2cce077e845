import type { Load, LoadFigures } from "./load.ts";
import type { Mirror } from "./mirror.ts";

/** Ends both, also when one of them fails to. */
export async function stopAll(load: Pick<Load, "stop">, mirror?: Pick<Mirror, "stop">): Promise<LoadFigures> {
  const [figures] = await Promise.all([load.stop(), mirror?.stop()]);
  return figures;
}

/** Lets go of both. Why this is the end is what counts, so a failure here is not thrown in its place. */
export async function abandonAll(load: Pick<Load, "abandon">, mirror?: Pick<Mirror, "abandon">): Promise<void> {
  await Promise.allSettled([load.abandon(), mirror?.abandon()]);
}
