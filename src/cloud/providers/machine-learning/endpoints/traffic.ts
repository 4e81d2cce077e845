import { isObject, type JsonValue } from "../../../../base/index.ts";
import { badArgument } from "./faults.ts";

export interface TrafficTarget {
  readonly name: string;
  readonly provisioningState: string;
}

/**
 * Checks `properties.traffic`, percent by deployment name. Azure wants a sum of 0 or 100 over deployments that exist,
 * and only one that is up may take requests. Names come back in the deployments' own casing.
 */
export function checkTraffic(traffic: JsonValue | undefined, deployments: readonly TrafficTarget[]): Record<string, number> {
  if (traffic === undefined || traffic === null) return {};
  if (!isObject(traffic)) throw badArgument("properties.traffic must map deployment names to percents", "properties.traffic");
  const checked: Record<string, number> = {};
  for (const [name, weight] of Object.entries(traffic)) {
    const at = `properties.traffic.${name}`;
    if (typeof weight !== "number" || !Number.isInteger(weight) || weight < 0 || weight > 100)
      throw badArgument(`${at} is ${JSON.stringify(weight)}; it must be a whole number from 0 to 100`, at);
    const deployment = deployments.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
    if (deployment === undefined) throw badArgument(`${at}: the endpoint has no deployment ${name}`, at);
    if (weight > 0 && deployment.provisioningState !== "Succeeded")
      throw badArgument(
        `${at}: deployment ${name} is ${deployment.provisioningState}; only one that Succeeded takes traffic`,
        at,
      );
    checked[deployment.name] = weight;
  }
  const sum = Object.values(checked).reduce((total, weight) => total + weight, 0);
  if (sum !== 0 && sum !== 100)
    throw badArgument(`properties.traffic sums to ${sum}; it must sum to 0 or 100`, "properties.traffic");
  return checked;
}
