import { NAME_RULES } from "../../../../azure/index.ts";
import { isObject, type JsonObject } from "../../../../base/index.ts";
import {
  type ActionCall,
  type ActionResult,
  ArmFault,
  type Change,
  type CloudHost,
  type Resource,
  type TypeSpec,
} from "../../../contract.ts";
import { parentOf } from "../../common/ids.ts";
import { computeNamespace } from "../pods.ts";
import { ML_API_VERSIONS } from "../versions.ts";
import { assetVersion, servingEnvironment } from "./assets.ts";
import { clusterOf, instanceType, kubernetesCompute, kubernetesResources, resourceRequirements } from "./compute.ts";
import { collectionSpec, dataCollector } from "./data-collector.ts";
import { badArgument, notFound, notReady, notRehearsed } from "./faults.ts";
import type { Fleet } from "./fleet.ts";
import { checkAccess, checkCollection } from "./identity.ts";
import { fetchModel, modelLocation } from "./model-files.ts";
import { StartFailure } from "./replica-set.ts";
import type { DeploymentSpec } from "./route.ts";
import { environmentVariables, probeSettings, requestSettings, requestTimeoutMs, scaling, toProbe } from "./settings.ts";

/** Azure's limits for Kubernetes endpoints. */
const MOST_DEPLOYMENTS = 20;
const LONGEST_NAMES = 62;
const CONTAINERS = { InferenceServer: "inference-server", StorageInitializer: "storage-initializer" } as const;

/**
 * `workspaces/onlineEndpoints/deployments` as real model-server processes. A PUT that changes a deployment that serves
 * rolls: the old instances go only when all new ones are ready.
 */
export function deploymentType(host: CloudHost, fleet: Fleet): TypeSpec {
  return {
    type: "workspaces/onlineEndpoints/deployments",
    apiVersions: ML_API_VERSIONS,
    location: "required",
    name: NAME_RULES["Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments"],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 120_000,
    deleteDurationMs: 30_000,
    patch: true,
    admit: (change) => admit(host, change),
    provision: async (resource, signal) => {
      await start(host, fleet, resource, signal);
      return undefined;
    },
    admitDelete: (resource) => refuseWithTraffic(host, resource),
    removed: async (resource) => {
      await fleet.remove(resource.id);
      forgetTraffic(host, resource);
    },
    actions: {
      getLogs: { permission: "getLogs/action", run: (call) => getLogs(fleet, call) },
    },
  };
}

function admit(host: CloudHost, { id, name, body, previous }: Change): Resource {
  const endpoint = endpointOf(host, id);
  if (endpoint.name.length + name.length > LONGEST_NAMES)
    throw badArgument(
      `the names of endpoint and deployment are ${endpoint.name.length + name.length} characters long together; Kubernetes takes ${LONGEST_NAMES}`,
    );
  if (previous === undefined && host.resources.below(endpoint.id).length >= MOST_DEPLOYMENTS)
    throw new ArmFault(
      400,
      "OutOfQuota",
      `endpoint ${endpoint.name} has ${MOST_DEPLOYMENTS} deployments, the most that Azure allows`,
    );
  const { properties } = body;
  refuseUnsupported(properties);
  const compute = kubernetesCompute(host, endpoint.properties.compute);
  const type = instanceType(compute, properties.instanceType);
  assetVersion(host, properties.model, "properties.model", "models");
  const environment = assetVersion(host, properties.environmentId, "properties.environmentId", "environments");
  servingEnvironment(environment);
  const collector = dataCollector(properties.dataCollector);
  const { sku, scaleSettings } = scaling(body.sku, properties.scaleSettings);
  return {
    ...body,
    sku,
    properties: {
      ...properties,
      endpointComputeType: "Kubernetes",
      instanceType: type,
      environmentVariables: environmentVariables(properties.environmentVariables),
      appInsightsEnabled: properties.appInsightsEnabled ?? false,
      scaleSettings,
      requestSettings: requestSettings(properties.requestSettings),
      livenessProbe: probeSettings(properties.livenessProbe, "properties.livenessProbe"),
      readinessProbe: probeSettings(properties.readinessProbe, "properties.readinessProbe"),
      containerResourceRequirements: isObject(properties.containerResourceRequirements)
        ? { ...resourceRequirements(compute, type), ...withoutNulls(properties.containerResourceRequirements) }
        : resourceRequirements(compute, type),
      ...(collector === undefined ? {} : { dataCollector: collector }),
      properties: isObject(properties.properties) ? properties.properties : {},
    },
  };
}

function refuseUnsupported(properties: JsonObject): void {
  const kind = properties.endpointComputeType;
  if (kind !== "Kubernetes")
    throw badArgument(
      `properties.endpointComputeType is ${JSON.stringify(kind)}; a deployment of a Kubernetes endpoint must be Kubernetes`,
      "properties.endpointComputeType",
    );
  if (isObject(properties.codeConfiguration)) throw notRehearsed("a Python scoring script (codeConfiguration)");
  if (properties.modelMountPath) throw notRehearsed("another place for the model");
}

async function start(host: CloudHost, fleet: Fleet, resource: Resource, signal: AbortSignal): Promise<void> {
  const endpoint = endpointOf(host, resource.id);
  const compute = kubernetesCompute(host, endpoint.properties.compute);
  const model = assetVersion(host, resource.properties.model, "properties.model", "models");
  const environment = servingEnvironment(
    assetVersion(host, resource.properties.environmentId, "properties.environmentId", "environments"),
  );
  const log = fleet.log(resource.id, "storage-initializer");
  const say = (line: string) => log.append(`${new Date().toISOString()} ${line}`);
  const pulled = checkAccess(host, endpoint, modelLocation(host, model), environment.image);
  const modelFolder = await fetchModel(host, model, fleet.folder(resource.id), say, signal);
  const { properties } = resource;
  const collection = collectionSpec(host, endpoint, resource);
  if (collection !== undefined) checkCollection(host, endpoint, collection);
  const { instances } = scaling(resource.sku, properties.scaleSettings);
  await requireRoom(host, fleet, resource, compute, instances);
  const imageDigest = pulled ?? /@(sha256:[0-9a-f]{64})$/.exec(environment.image)?.[1];
  const spec: DeploymentSpec = {
    deploymentId: resource.id,
    endpointId: endpoint.id,
    name: resource.name,
    cluster: clusterOf(compute),
    modelFolder,
    model: { name: model.name, version: model.version },
    ...(imageDigest === undefined ? {} : { imageDigest }),
    instances,
    env: {
      AZUREML_MODEL_DIR: modelFolder,
      AML_APP_INSIGHTS_ENABLED: String(properties.appInsightsEnabled === true),
      SERVICE_NAME: endpoint.name,
      ...environmentVariables(properties.environmentVariables),
    },
    requestTimeoutMs: requestTimeoutMs(properties.requestSettings),
    liveness: toProbe(properties.livenessProbe, environment.livenessPath, "properties.livenessProbe"),
    readiness: toProbe(properties.readinessProbe, environment.readinessPath, "properties.readinessProbe"),
    ...(collection === undefined ? {} : { collection }),
  };
  try {
    await fleet.deploy(spec, signal);
  } catch (cause) {
    if (!(cause instanceof StartFailure)) throw cause;
    throw notReady(`deployment ${resource.name}: ${cause.code}: ${cause.message}\n${fleet.lastLines(resource.id)}`.trimEnd());
  }
}

/** Instances beyond those that run already must fit into the limits and quotas of the compute's namespace. */
async function requireRoom(
  host: CloudHost,
  fleet: Fleet,
  resource: Resource,
  compute: Resource,
  instances: number,
): Promise<void> {
  const count = instances - fleet.instances(resource.id);
  if (count <= 0) return;
  const [cluster, namespace] = [clusterOf(compute), computeNamespace(compute)];
  const resources = kubernetesResources(resource.properties.containerResourceRequirements);
  const refusal = await host.workloads.refusal({ cluster, namespace, resources, count });
  if (refusal !== undefined)
    throw new ArmFault(400, "OutOfQuota", `deployment ${resource.name}: pods in ${namespace} are forbidden: ${refusal}`);
}

/** A cascade from the endpoint deletes all at once and does not come by here. */
function refuseWithTraffic(host: CloudHost, resource: Resource): void {
  const endpoint = host.resources.get(parentOf(resource.id));
  if (endpoint === undefined || endpoint.properties.provisioningState === "Deleting") return;
  const { traffic } = endpoint.properties;
  const weight = isObject(traffic) ? traffic[resource.name] : undefined;
  if (typeof weight === "number" && weight > 0)
    throw badArgument(
      `deployment ${resource.name} takes ${weight} % of the traffic of endpoint ${endpoint.name}; set it to 0 first`,
    );
}

/** The endpoint does not go on naming a deployment that is gone. */
function forgetTraffic(host: CloudHost, resource: Resource): void {
  const endpoint = host.resources.get(parentOf(resource.id));
  if (endpoint === undefined || !isObject(endpoint.properties.traffic)) return;
  const { [resource.name]: _, ...traffic } = endpoint.properties.traffic;
  host.resources.save({ ...endpoint, properties: { ...endpoint.properties, traffic } });
}

function getLogs(fleet: Fleet, { resource, body }: ActionCall): ActionResult {
  const request = isObject(body) ? body : {};
  const container = request.containerType ?? "InferenceServer";
  if (container !== "InferenceServer" && container !== "StorageInitializer")
    throw badArgument(
      `containerType is ${JSON.stringify(container)}; it must be InferenceServer or StorageInitializer`,
      "containerType",
    );
  const tail = request.tail ?? 50;
  if (typeof tail !== "number" || !Number.isInteger(tail) || tail < 1)
    throw badArgument(`tail is ${JSON.stringify(tail)}; it must be a whole number of at least 1`, "tail");
  return { status: 200, body: { content: fleet.log(resource.id, CONTAINERS[container]).tail(tail).join("\n") } };
}

function endpointOf(host: CloudHost, deploymentId: string): Resource {
  const endpoint = host.resources.get(parentOf(deploymentId));
  if (endpoint === undefined) throw notFound("the endpoint of this deployment was not found", "id");
  return endpoint;
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}
