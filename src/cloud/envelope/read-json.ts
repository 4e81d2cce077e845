import type { JsonValue } from "../../base/index.ts";
import { faults } from "./faults.ts";

export function readJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw faults.invalidContent(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
