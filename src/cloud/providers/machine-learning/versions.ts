/** Azure ML's clients come with versions of many ages; the handlers are the same for all of them. */
export const ML_API_VERSIONS: readonly string[] = [
  "2026-05-01",
  "2025-12-01",
  "2025-09-01",
  "2025-06-01",
  "2025-04-01",
  "2024-10-01",
  "2024-07-01-preview",
  "2024-04-01",
  "2024-01-01-preview",
  "2023-10-01",
  "2023-08-01-preview",
  "2023-06-01-preview",
  "2023-04-01",
  "2022-10-01",
  "2022-05-01",
  "2022-02-01-preview",
];

export const NAMESPACE = "Microsoft.MachineLearningServices";
export const WORKSPACE = `${NAMESPACE}/workspaces`;
