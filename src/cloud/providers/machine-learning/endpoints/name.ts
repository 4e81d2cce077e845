import type { NameRule } from "../../../contract.ts";

/** Endpoints and deployments share the rule. */
export const NAME: NameRule = {
  pattern: /^[a-zA-Z][a-zA-Z0-9-]{1,30}[a-zA-Z0-9]$/,
  words: "3 to 32 letters, digits and hyphens, starting with a letter and not ending with a hyphen",
};
