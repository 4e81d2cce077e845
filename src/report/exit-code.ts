/** What the process answers to its caller; scripts and pipelines branch on these. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  diagnostics: 3,
  verification: 4,
  declined: 5,
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
