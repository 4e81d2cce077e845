import { asString, isObject, type JsonObject } from "../base/index.ts";
import type { ArmClient } from "./client.ts";

const API_VERSION = "2025-04-01";

export interface ResourceGroup {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

export function resourceGroupId(client: ArmClient, name: string): string {
  return `/subscriptions/${client.connection.subscriptionId}/resourceGroups/${name}`;
}

export async function createResourceGroup(
  client: ArmClient,
  name: string,
  location: string,
  tags: Record<string, string>,
  signal?: AbortSignal,
): Promise<ResourceGroup> {
  return toGroup(await client.put(resourceGroupId(client, name), API_VERSION, { location, tags }, signal));
}

export async function findResourceGroup(
  client: ArmClient,
  name: string,
  signal?: AbortSignal,
): Promise<ResourceGroup | undefined> {
  const found = await client.find(resourceGroupId(client, name), API_VERSION, signal);
  return found && toGroup(found);
}

export async function deleteResourceGroup(client: ArmClient, name: string, signal?: AbortSignal): Promise<void> {
  await client.delete(resourceGroupId(client, name), API_VERSION, signal);
}

export async function listResources(client: ArmClient, group: string, signal?: AbortSignal): Promise<JsonObject[]> {
  return client.list(`${resourceGroupId(client, group)}/resources?$expand=provisioningState`, API_VERSION, signal);
}

function toGroup(body: JsonObject): ResourceGroup {
  const tags = isObject(body.tags)
    ? Object.fromEntries(Object.entries(body.tags).map(([key, value]) => [key, asString(value)]))
    : {};
  return { id: asString(body.id), name: asString(body.name), location: asString(body.location), tags };
}
