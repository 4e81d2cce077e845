import { hostname } from "node:os";
import type { Log } from "../../log.ts";
import { COLLECTOR_DEFAULTS, type Collector, createCollector } from "./collector.ts";

/** `--collect` and what refines it; the place in the layout is the model's own unless an endpoint is named. */
export function collectorOf(
  values: { readonly [name in "collect" | "collect-as" | "collect-rate" | "collect-drop"]?: string | undefined },
  name: string,
  version: string,
  log: Log,
): Collector | undefined {
  const refined = (["collect-as", "collect-rate", "collect-drop"] as const).find((option) => values[option] !== undefined);
  if (values.collect === undefined) {
    if (refined !== undefined) throw new Error(`--${refined} is given without --collect`);
    return undefined;
  }
  const as = values["collect-as"] ?? `${name}/${version}`;
  const [, endpoint, deployment] = /^([\w.-]+)\/([\w.-]+)$/.exec(as) ?? [];
  if (endpoint === undefined || deployment === undefined || /^\.+$/.test(endpoint) || /^\.+$/.test(deployment))
    throw new Error(`--collect-as is ${as}; ENDPOINT/DEPLOYMENT is needed`);
  const rate = Number(values["collect-rate"] ?? 1);
  if (!(rate > 0 && rate <= 1)) throw new Error(`--collect-rate is ${values["collect-rate"]}; a share above 0 up to 1 is needed`);
  return createCollector({
    ...COLLECTOR_DEFAULTS,
    folder: values.collect,
    source: {
      endpoint,
      deployment,
      resource: `/onlineEndpoints/${endpoint}/deployments/${deployment}`,
      modelVersion: version,
      instance: `${hostname()}-${process.pid}`,
    },
    rate,
    dropColumns: (values["collect-drop"] ?? "").split(",").filter((column) => column !== ""),
    log,
  });
}
