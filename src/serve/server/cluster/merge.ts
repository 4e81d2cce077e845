import type { Family } from "../../metrics.ts";

/**
 * The metrics of several processes as those of one: counters and histograms add up, series by series, and a gauge does what it
 * says of itself. Series that only some have are kept.
 */
export function mergeFamilies(parts: readonly (readonly Family[])[]): Family[] {
  const merged = new Map<string, Omit<Family, "samples"> & { readonly samples: Map<string, number> }>();
  for (const { samples, ...family } of parts.flat()) {
    const known = merged.get(family.name) ?? { ...family, samples: new Map<string, number>() };
    merged.set(family.name, known);
    for (const [series, value] of samples) {
      const before = known.samples.get(series);
      known.samples.set(series, before === undefined ? value : MERGE[family.merge](before, value));
    }
  }
  return [...merged.values()].map((family) => ({ ...family, samples: [...family.samples] }));
}

const MERGE: Readonly<Record<Family["merge"], (a: number, b: number) => number>> = {
  sum: (a, b) => a + b,
  min: Math.min,
  max: Math.max,
};

/** What stays true of a process that has ended: its counts, not its state. */
export function withoutGauges(families: readonly Family[]): Family[] {
  return families.filter(({ type }) => type !== "gauge");
}

export function total(families: readonly Family[], name: string): number {
  const samples = families.find((family) => family.name === name)?.samples ?? [];
  return samples.reduce((sum, [, value]) => sum + value, 0);
}
