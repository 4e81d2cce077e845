/** What the definition can be printed for. */
export const TARGETS = ["arm", "bicep", "terraform", "kubernetes", "scripts"] as const;

export type Target = (typeof TARGETS)[number];
