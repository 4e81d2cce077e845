import { normalizeLocation } from "../../azure/index.ts";
import { asString } from "../../base/index.ts";
import { nearest } from "../../ir/index.ts";
import type { Ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

const API_VERSION = "2022-12-01";

/** A region that the subscription does not have; whatever else is asked of it has no answer. */
export async function unknownRegion({ client, location, signal }: Ask): Promise<Finding[]> {
  const path = `/subscriptions/${client.connection.subscriptionId}/locations`;
  const known = (await client.list(path, API_VERSION, signal)).map(({ name }) => normalizeLocation(asString(name)));
  if (known.length === 0 || known.includes(location)) return [];
  const meant = nearest(location, known);
  return [
    {
      code: "ops.region-unknown",
      message: `${location} is no region of the subscription`,
      hint: meant === undefined ? "az account list-locations --output table" : `did you mean ${meant}?`,
    },
  ];
}
