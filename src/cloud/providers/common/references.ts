import { parseResourceId, resourceType } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource } from "../../contract.ts";
import { badRequest } from "./faults.ts";

/** The type that an id names has, compared as Azure compares. */
export function isOfType(id: string, type: string): boolean {
  const parsed = parseResourceId(id);
  return parsed !== undefined && resourceType(parsed)?.toLowerCase() === type.toLowerCase();
}

/** Checks that an id is well formed and of the right type; existence is another question, asked when it can be. */
export function requireType(id: string, type: string, path: string, code = "LinkedInvalidPropertyId"): void {
  if (!isOfType(id, type)) throw badRequest(code, `${path} is ${JSON.stringify(id)}; it must be the id of a ${type}`, path);
}

/**
 * The resource that a body refers to. In a preflight it may not exist yet (the same template makes it), so `undefined`
 * is an answer there; on a real PUT a missing one is refused.
 */
export function referenced(
  host: CloudHost,
  change: Pick<Change, "preflight">,
  id: string,
  type: string,
  path: string,
  code = "InvalidResourceReference",
): Resource | undefined {
  requireType(id, type, path);
  const found = host.resources.get(id);
  if (found === undefined && change.preflight !== true) {
    throw badRequest(code, `${path} refers to ${id}, which does not exist; create it first or depend on it`, path);
  }
  return found;
}
