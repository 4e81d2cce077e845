import type { Resource } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import { attributes, block } from "./layout.ts";
import { quote } from "./quote.ts";

/** The provider gives up after 30 minutes; these take longer on a slow day, upgrades of whole clusters above all. */
const MINUTES: Readonly<Record<string, number>> = {
  "microsoft.containerservice/managedclusters": 90,
  "microsoft.containerservice/managedclusters/agentpools": 60,
  "microsoft.kubernetesconfiguration/extensions": 60,
  "microsoft.machinelearningservices/workspaces": 60,
  "microsoft.machinelearningservices/workspaces/computes": 60,
};

export function timeoutsBlock({ type }: Pick<Resource, "type">): Doc | undefined {
  const minutes = MINUTES[type.toLowerCase()];
  if (minutes === undefined) return undefined;
  return block("timeouts", attributes(["create", "update", "delete"].map((key) => ({ key, value: quote(`${minutes}m`) }))));
}
