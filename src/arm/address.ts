import { QuaysideError } from "../report/index.ts";
import type { Connection } from "./connection.ts";

/** The whole address of a path below the endpoint, or of an absolute one. A version that the path names itself stays. */
export function addressOf({ endpoint }: Pick<Connection, "endpoint">, path: string, apiVersion?: string): string {
  const { href, searchParams } = new URL(path.startsWith("https://") ? path : endpoint + path);
  if (apiVersion === undefined || searchParams.has("api-version")) return href;
  // By text: `searchParams.set` would write the query anew, and the blanks of a filter as "+".
  return `${href}${href.includes("?") ? "&" : "?"}api-version=${encodeURIComponent(apiVersion)}`;
}

/** Addresses that answers give are followed with our token, so only to the cloud that we signed in to (or a regional host of it). */
export function ownAddress(address: string, { endpoint }: Pick<Connection, "endpoint">): string {
  const [given, own] = [new URL(address), new URL(endpoint)];
  if (given.protocol === "https:" && (given.host === own.host || given.hostname.endsWith(`.${own.hostname}`))) return address;
  throw new QuaysideError(`${own.host} sends us to ${given.origin}, which is another cloud; not followed`, {
    code: "arm.foreign-address",
    fault: "azure",
  });
}
