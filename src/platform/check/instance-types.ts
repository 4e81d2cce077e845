import { asObject, type JsonObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Declared } from "./declared.ts";

/** Labels that AKS and Kubernetes give to nodes by themselves; which values they will have is not known here. */
const GIVEN_BY_AKS = /^(kubernetes\.azure\.com|kubernetes\.io|node\.kubernetes\.io|topology\.kubernetes\.io)\/|^agentpool$/;

/**
 * Instance types whose node selector no user pool fulfils: their jobs and models would wait for ever, and the autoscaler
 * would not help, because it adds nodes only to a pool whose labels it knows. Reads evaluated bodies.
 */
export function checkInstanceTypes(resources: readonly Declared[]): Diagnostic[] {
  const pools = resources
    .filter(({ type, body }) => type === "Microsoft.ContainerService/managedClusters/agentPools" && of(body).mode === "User")
    .map(({ body }) => asObject(of(body).nodeLabels));
  return resources
    .filter(
      ({ type, body }) =>
        type === "Microsoft.MachineLearningServices/workspaces/computes" && of(body).computeType === "Kubernetes",
    )
    .flatMap(({ symbol, body }) =>
      Object.entries(asObject(asObject(of(body).properties).instanceTypes)).flatMap(([name, instanceType]): Diagnostic[] => {
        const selector = Object.entries(asObject(asObject(instanceType).nodeSelector)).filter(([key]) => !GIVEN_BY_AKS.test(key));
        if (pools.some((labels) => selector.every(([key, value]) => labels[key] === value))) return [];
        return [
          {
            code: "platform.instance-type-without-pool",
            severity: "error",
            message: `no pool has the labels that instance type ${name} selects: ${selector.map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ")}`,
            at: `resources.${symbol}.properties.properties.instanceTypes.${name}.nodeSelector`,
            help: "add the labels to a pool, or change the selector",
          },
        ];
      }),
    );
}

const of = (body: JsonObject): JsonObject => asObject(body.properties);
