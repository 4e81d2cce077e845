import type { NameRule } from "../../../contract.ts";

/** Those that clients of the last years send: the Python SDK is still at the oldest. */
export const API_VERSIONS = [
  "2026-05-01",
  "2025-06-01",
  "2024-10-01",
  "2024-04-01",
  "2023-10-01",
  "2023-04-01",
  "2023-04-01-preview",
  "2022-10-01",
  "2022-05-01",
  "2022-02-01-preview",
] as const;

/** Endpoints and deployments share the rule. */
export const NAME: NameRule = {
  pattern: /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
  words: "3 to 32 letters, digits and hyphens, starting with a letter and not ending with a hyphen",
};

/** While one of these lasts, Kubernetes endpoints answer another change with 409. */
export const TRANSITIONAL = ["Creating", "Updating", "Deleting"];
