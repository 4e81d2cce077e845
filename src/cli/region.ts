import { type ArmClient, ArmError, findResourceGroup } from "../arm/index.ts";
import type { JsonValue } from "../base/index.ts";

export const DEFAULT_REGION = "eastus";

/** The region that the parameters name, however they were given. */
function givenRegion({ location }: Readonly<Record<string, JsonValue>>): string | undefined {
  return typeof location === "string" && location !== "" ? location : undefined;
}

/** A resource group as it may be there already. */
interface GroupToBe {
  readonly client: ArmClient;
  readonly name: string;
  readonly signal: AbortSignal;
}

/** Where everything goes: what the parameters name; else where the group is, as the template has it; else where it will be made. */
export async function regionOf(parameters: Readonly<Record<string, JsonValue>>, group?: GroupToBe): Promise<string> {
  return givenRegion(parameters) ?? (group && (await regionOfGroup(group))) ?? DEFAULT_REGION;
}

async function regionOfGroup({ client, name, signal }: GroupToBe): Promise<string | undefined> {
  const found = await findResourceGroup(client, name, signal).catch((error: unknown) => {
    // Whoever may not read the group is told by what is asked of it next.
    if (error instanceof ArmError && error.status === 403) return undefined;
    throw error;
  });
  return found?.location || undefined;
}
