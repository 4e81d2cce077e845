import type { ArmClient } from "../arm/index.ts";
import { isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import { VerificationError } from "../report/index.ts";
import type { OperationContext } from "./context.ts";

/** A resource as the definition promises it. */
export interface Promised {
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
}

export interface Verified {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly state: string;
}

/** How many resources are read at the same time; ARM throttles readers that ask for more. */
const READERS = 8;

/** Reads back everything that was promised; throws a `VerificationError` that lists whatever is missing or not ready. */
export async function verify(client: ArmClient, promised: readonly Promised[], context: OperationContext): Promise<Verified[]> {
  const verified: Verified[] = [];
  const findings: string[] = [];
  const queue = [...promised];
  const reader = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const found = await client.find(next.id, next.apiVersion, context.signal);
      const finding = found === undefined ? "is missing" : problem(found);
      if (finding !== undefined) findings.push(`${next.type} ${next.name} ${finding}`);
      if (found !== undefined) verified.push({ id: next.id, type: next.type, name: next.name, state: stateOf(found) });
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  if (findings.length > 0) {
    throw new VerificationError(`${findings.length} of ${promised.length} resources are not as promised`, findings.sort(), {
      code: "ops.verification-failed",
      hint: "see what each one says of itself: quayside status",
    });
  }
  return verified.sort((a, b) => a.id.localeCompare(b.id));
}

function problem(resource: JsonObject): string | undefined {
  const state = stateOf(resource);
  if (state !== "Succeeded") return `is ${state}`;
  const properties = isObject(resource.properties) ? resource.properties : {};
  if (Array.isArray(properties.provisioningErrors) && properties.provisioningErrors.length > 0)
    return `reports ${firstMessage(properties.provisioningErrors)}`;
  if (isObject(properties.powerState) && properties.powerState.code === "Stopped") return "is stopped";
  return undefined;
}

/** Types without a provisioning state (role assignments, diagnostic settings) are ready when they can be read. */
function stateOf(resource: JsonObject): string {
  const properties = isObject(resource.properties) ? resource.properties : {};
  return typeof properties.provisioningState === "string" ? properties.provisioningState : "Succeeded";
}

function firstMessage(errors: readonly JsonValue[]): string {
  const [first] = errors;
  const error = isObject(first) && isObject(first.error) ? first.error : first;
  return isObject(error) && typeof error.message === "string" ? error.message : JSON.stringify(first);
}
