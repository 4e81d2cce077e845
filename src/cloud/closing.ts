/** What ends before what: nothing may be asked of somebody who has gone. */
const PHASES = ["deployments", "listeners", "operations", "providers", "clock", "store"] as const;

export interface Closing {
  add(phase: (typeof PHASES)[number], step: () => Promise<void> | void): void;
  /** Runs every step once, in the order of the phases, the youngest of a phase first; throws the first failure when all have run. */
  close(): Promise<void>;
}

export function createClosing(): Closing {
  const steps = new Map<string, (() => Promise<void> | void)[]>();
  return {
    add: (phase, step) => steps.set(phase, [step, ...(steps.get(phase) ?? [])]),
    close: async () => {
      const failures: unknown[] = [];
      for (const phase of PHASES) {
        const due = steps.get(phase) ?? [];
        steps.delete(phase);
        for (const step of due) {
          try {
            await step();
          } catch (error) {
            failures.push(error);
          }
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
