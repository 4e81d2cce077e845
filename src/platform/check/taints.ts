import { asObject, type JsonObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Declared } from "./declared.ts";

/** Taints that the extension's pods tolerate without being told. Source: the extension's documentation. */
const TOLERATED = /^ml\.azure\.com\/(amlarc|amlarc-system|amlarc-workload|resource-group|workspace|compute)=/;

/**
 * User pools whose taints neither the Azure ML extension's settings nor its built-in tolerations cover: jobs and models
 * would wait for such nodes for ever. Reads evaluated bodies, so it also sees what an override changed.
 */
export function checkTaints(resources: readonly Declared[]): Diagnostic[] {
  const extensions = resources
    .filter(({ type }) => type === "Microsoft.KubernetesConfiguration/extensions")
    .map(({ body }) => body);
  const settings = extensions.map((body) => asObject(asObject(body.properties).configurationSettings));
  if (settings.length === 0) return [];
  return resources.flatMap(({ symbol, type, body }) => {
    const pool = asObject(body.properties);
    if (type !== "Microsoft.ContainerService/managedClusters/agentPools" || pool.mode !== "User") return [];
    const taints = Array.isArray(pool.nodeTaints) ? pool.nodeTaints : [];
    return taints.flatMap((taint): Diagnostic[] => {
      if (typeof taint !== "string" || TOLERATED.test(taint) || settings.some((of) => tolerates(of, taint))) return [];
      return [
        {
          code: "platform.taint-not-tolerated",
          severity: "error",
          message: `no job or model tolerates the taint ${taint} of ${symbol}`,
          at: `resources.${symbol}.properties.nodeTaints`,
          help: "add workLoadToleration settings for it to the Azure ML extension, or drop the taint",
        },
      ];
    });
  });
}

function tolerates(settings: JsonObject, taint: string): boolean {
  const [keyAndValue = "", effect] = taint.split(":");
  const [key, value = ""] = keyAndValue.split("=");
  return Object.keys(settings).some((name) => {
    const prefix = /^(workLoadToleration\[\d+\])\.key$/.exec(name)?.[1];
    if (prefix === undefined || settings[name] !== key) return false;
    const sameValue = settings[`${prefix}.operator`] === "Exists" || (settings[`${prefix}.value`] ?? "") === value;
    return sameValue && (settings[`${prefix}.effect`] ?? effect) === effect;
  });
}
