import type { NameRule } from "../../contract.ts";

export const ALERT_NAME: NameRule = {
  pattern: /^[^*#<>+:%&\\?/{}]{0,259}[^*#<>+:%&\\?/{}. ]$/,
  words: "1 to 260 characters without * # < > + : % & \\ ? / { }, not ending in a space or dot",
};

export const RULE_NAME: NameRule = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_]$/,
  words: "2 to 64 letters, digits, dots, underscores and hyphens, starting with a letter or digit",
};
