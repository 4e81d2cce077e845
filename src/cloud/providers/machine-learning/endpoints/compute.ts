import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { badArgument, notFound, notRehearsed } from "./faults.ts";

/** Azure ML's instance type for pods that name none. */
const DEFAULT_INSTANCE_TYPE = "defaultinstancetype";

/**
 * The attached Kubernetes compute of an endpoint.
 * @throws BadArgument when it is missing, of another kind or not up
 */
export function kubernetesCompute(host: Pick<CloudHost, "resources">, id: unknown): Resource {
  const at = "properties.compute";
  if (id === undefined || id === null) throw notRehearsed("a managed online endpoint (one without properties.compute)");
  const compute = typeof id === "string" ? host.resources.get(id.replace(/^azureml:/, "")) : undefined;
  if (compute === undefined) throw notFound(`${at}: compute ${JSON.stringify(id)} was not found`, at);
  const { computeType, provisioningState } = compute.properties;
  if (computeType !== "Kubernetes")
    throw badArgument(`${at}: compute ${compute.name} is ${JSON.stringify(computeType)}; it must be Kubernetes`, at);
  if (provisioningState !== "Succeeded")
    throw badArgument(`${at}: compute ${compute.name} is ${JSON.stringify(provisioningState)}; it must have Succeeded`, at);
  return compute;
}

/** The AKS cluster that the compute stands for. */
export function clusterOf(compute: Resource): string {
  const { resourceId } = compute.properties;
  return typeof resourceId === "string" ? resourceId : compute.id;
}

/** Azure ML's requirements of a container in Kubernetes' words. */
export function kubernetesResources(requirements: unknown): JsonObject {
  if (!isObject(requirements)) return {};
  return { requests: requirements.containerResourceRequests, limits: requirements.containerResourceLimits };
}

/** Checks an instance type against those that the compute was attached with; returns the one in force. */
export function instanceType(compute: Resource, wanted: unknown): string {
  const settings = isObject(compute.properties.properties) ? compute.properties.properties : {};
  const byDefault = typeof settings.defaultInstanceType === "string" ? settings.defaultInstanceType : DEFAULT_INSTANCE_TYPE;
  if (wanted === undefined || wanted === null) return byDefault;
  const declared = isObject(settings.instanceTypes) ? Object.keys(settings.instanceTypes) : [];
  const known = [...new Set([byDefault, DEFAULT_INSTANCE_TYPE, ...declared])];
  if (typeof wanted === "string" && known.includes(wanted)) return wanted;
  throw badArgument(
    `properties.instanceType ${JSON.stringify(wanted)} is not an instance type of compute ${compute.name}; it has ${known.join(", ")}`,
    "properties.instanceType",
  );
}

/** Requests and limits of a pod of this instance type; the default type's are those that the Azure ML extension installs. */
export function resourceRequirements(compute: Resource, type: string): JsonObject {
  const settings = isObject(compute.properties.properties) ? compute.properties.properties : {};
  const types = isObject(settings.instanceTypes) ? settings.instanceTypes : {};
  const declared = isObject(types[type]) ? types[type] : {};
  const resources = isObject(declared.resources) ? declared.resources : {};
  return {
    containerResourceRequests: isObject(resources.requests) ? resources.requests : { cpu: "100m", memory: "2Gi" },
    containerResourceLimits: isObject(resources.limits) ? resources.limits : { cpu: "2", memory: "2Gi" },
  };
}
