import { normalizeLocation, REGIONS } from "../../../azure/index.ts";
import { asString, type JsonObject, type JsonValue } from "../../../base/index.ts";
import type { CloudHost, ProviderControl } from "../../contract.ts";
import { badRequest } from "./faults.ts";

/** Limits of one namespace's quotas by region: what Azure gives, until somebody is granted another. */
export interface QuotaLimits {
  limit(location: string, name: string): number;
  grant(location: string, name: string, limit: number): void;
  readonly names: readonly string[];
}

export function createQuotaLimits(
  host: CloudHost,
  collection: string,
  names: readonly string[],
  given: (name: string) => number,
): QuotaLimits {
  const key = (location: string, name: string) => `${normalizeLocation(location)}/${name.toLowerCase()}`;
  return {
    names,
    limit: (location, name) => host.store.get<number>(collection, key(location, name)) ?? given(name),
    grant: (location, name, limit) => host.store.put(collection, key(location, name), limit),
  };
}

const MOST = 1_000_000;

/** The command line's way to limits: no API of Azure changes them at once. `granted` runs after each change. */
export function quotaControls(
  namespace: string,
  limits: QuotaLimits,
  usage: (location: string) => ReadonlyMap<string, number>,
  granted: () => void = () => undefined,
): readonly ProviderControl[] {
  const path = `/quotas/${namespace}`;
  const shown = (location: string, name: string, used: number): JsonObject => ({
    location,
    name,
    limit: limits.limit(location, name),
    currentValue: used,
  });
  return [
    {
      method: "GET",
      path,
      run({ query }) {
        const location = regionOf(query.get("location") ?? undefined);
        const used = usage(location);
        return { value: limits.names.map((name) => shown(location, name, used.get(name) ?? 0)) };
      },
    },
    {
      method: "PUT",
      path,
      run({ body }) {
        const location = regionOf(body.location);
        const name = limits.names.find((known) => known.toLowerCase() === asString(body.name).toLowerCase());
        if (name === undefined)
          throw badRequest(
            "InvalidRequest",
            `no quota of ${namespace} is named ${asString(body.name)}; choose from ${limits.names.join(", ")}`,
          );
        const { limit } = body;
        if (typeof limit !== "number" || !Number.isInteger(limit) || limit < 0 || limit > MOST)
          throw badRequest("InvalidRequest", `limit is ${JSON.stringify(limit)}; it must be a whole number from 0 to ${MOST}`);
        limits.grant(location, name, limit);
        granted();
        return shown(location, name, usage(location).get(name) ?? 0);
      },
    },
  ];
}

function regionOf(value: JsonValue | undefined): string {
  const location = normalizeLocation(typeof value === "string" ? value : "");
  if (Object.hasOwn(REGIONS, location)) return location;
  throw badRequest("InvalidRequest", `location is ${JSON.stringify(value ?? "")}, which is no region`);
}
