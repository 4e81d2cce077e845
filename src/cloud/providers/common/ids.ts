import { formatResourceId, parentId, parseResourceId } from "../../../azure/index.ts";

/** The id one level up, as text. */
export function parentOf(id: string): string {
  const parsed = parseResourceId(id);
  const parent = parsed && parentId(parsed);
  return parent === undefined ? "" : formatResourceId(parent);
}

export function resourceGroupOf(id: string): { readonly subscriptionId: string; readonly name: string; readonly id: string } {
  const parsed = parseResourceId(id);
  const [subscriptionId, name] = [parsed?.subscriptionId ?? "", parsed?.resourceGroup ?? ""];
  return { subscriptionId, name, id: `/subscriptions/${subscriptionId}/resourceGroups/${name}` };
}

export function lastName(id: string): string {
  return id.split("/").at(-1) ?? "";
}
