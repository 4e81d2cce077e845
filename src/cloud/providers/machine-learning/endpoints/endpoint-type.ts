import { NAME_RULES } from "../../../../azure/index.ts";
import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { ActionCall, ActionResult, Change, CloudHost, Resource, TypeSpec } from "../../../contract.ts";
import { textAt } from "../../common/body.ts";
import { ML_API_VERSIONS } from "../versions.ts";
import { clusterOf, kubernetesCompute } from "./compute.ts";
import { endpointKeys, endpointToken, ensureKeys, forgetKeys, type KeyType, regenerateKey } from "./credentials.ts";
import { badArgument, notRehearsed } from "./faults.ts";
import type { Fleet } from "./fleet.ts";
import { grantEndpointRoles, identityOf } from "./identity.ts";
import { routingProperties } from "./routing-properties.ts";
import { isFilled } from "./settings.ts";
import { checkTraffic } from "./traffic.ts";

const AUTH_MODES = ["Key", "AMLToken", "AADToken"];
const ENDPOINTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints";
const DEPLOYMENTS = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments";

/**
 * `workspaces/onlineEndpoints` on attached Kubernetes computes. `traffic` is one atomic switch: the PUT's operation ends
 * when the router routes by it. A PUT without `traffic` keeps what is set; `{}` clears it.
 */
export function endpointType(host: CloudHost, fleet: Fleet): TypeSpec {
  return {
    type: "workspaces/onlineEndpoints",
    apiVersions: ML_API_VERSIONS,
    location: "required",
    name: NAME_RULES[ENDPOINTS],
    uniqueBy: ({ name, location }) => `${location?.toLowerCase().replaceAll(" ", "")}/${name.toLowerCase()}`,
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 20_000,
    deleteDurationMs: 30_000,
    immutable: ["properties.compute"],
    patch: true,
    admit: (change) => admit(host, change),
    provision: async (resource) => {
      ensureKeys(host, resource.id);
      await grantEndpointRoles(host, resource);
      const cluster = clusterOf(kubernetesCompute(host, resource.properties.compute));
      await fleet.route({
        id: resource.id,
        name: resource.name,
        cluster,
        authMode: authModeOf(resource),
        traffic: trafficOf(resource),
        ...routingProperties(resource.properties),
      });
      return undefined;
    },
    present: (resource) => present(host, fleet, resource),
    removed: async (resource) => {
      await fleet.unroute(resource.id);
      forgetKeys(host, resource.id);
    },
    actions: {
      listKeys: { permission: "listKeys/action", run: ({ resource }) => listKeys(host, resource) },
      regenerateKeys: { permission: "regenerateKeys/action", run: (call) => regenerate(host, fleet, call) },
      token: { permission: "token/action", run: ({ resource }) => token(host, fleet, resource) },
    },
  };
}

function admit(host: CloudHost, { id, body, previous }: Change): Resource {
  const { properties } = body;
  const compute = kubernetesCompute(host, properties.compute);
  const authMode = properties.authMode ?? "Key";
  if (typeof authMode !== "string" || !AUTH_MODES.includes(authMode))
    throw badArgument(`properties.authMode is ${JSON.stringify(authMode)}; it must be Key or AMLToken`, "properties.authMode");
  if (authMode === "AADToken")
    throw badArgument(
      "properties.authMode AADToken is for managed endpoints; a Kubernetes endpoint takes Key or AMLToken",
      "properties.authMode",
    );
  if (isFilled(properties.mirrorTraffic))
    throw badArgument(
      "properties.mirrorTraffic is for managed endpoints; Kubernetes endpoints do not mirror traffic",
      "properties.mirrorTraffic",
    );
  if (properties.publicNetworkAccess === "Disabled")
    throw badArgument(
      "properties.publicNetworkAccess is for managed endpoints; a Kubernetes endpoint is reached as its cluster is",
      "properties.publicNetworkAccess",
    );
  // Keys are derived here and never stored; one that the client brings would have to be.
  if (isFilled(properties.keys)) throw notRehearsed("bringing own keys");
  if (body.identity?.type === "None")
    throw badArgument("identity.type is None; an endpoint needs an identity to read its models", "identity.type");
  routingProperties(properties);
  const wanted = properties.traffic ?? previous?.properties.traffic;
  return {
    ...body,
    kind: body.kind ?? previous?.kind ?? "K8S",
    properties: {
      ...properties,
      compute: compute.id,
      authMode,
      traffic: checkTraffic(wanted, deploymentsOf(host, id)),
      mirrorTraffic: {},
      publicNetworkAccess: "Enabled",
      properties: isObject(properties.properties) ? properties.properties : {},
    },
  };
}

function authModeOf({ properties }: Resource): string {
  return textAt(properties, "authMode") ?? "Key";
}

function deploymentsOf(host: CloudHost, endpointId: string) {
  return host.resources.below(endpointId, DEPLOYMENTS).map(({ name, properties }) => ({
    name,
    provisioningState: textAt(properties, "provisioningState") ?? "",
  }));
}

function trafficOf({ properties: { traffic } }: Resource): Record<string, number> {
  const entries = isObject(traffic) ? Object.entries(traffic) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => typeof entry[1] === "number"));
}

function present(host: CloudHost, fleet: Fleet, resource: Resource): Resource {
  const shown = { ...resource, identity: identityOf(host, resource) };
  const origin = fleet.address(resource.id);
  if (origin === undefined) return shown;
  const base = `${origin}/api/v1/endpoint/${resource.name}`;
  return { ...shown, properties: { ...resource.properties, scoringUri: `${base}/score`, swaggerUri: `${base}/swagger.json` } };
}

function listKeys(host: CloudHost, resource: Resource): ActionResult {
  if (authModeOf(resource) !== "Key")
    throw badArgument(`endpoint ${resource.name} has authMode ${authModeOf(resource)}; only Key endpoints have keys`);
  return { status: 200, body: endpointKeys(host, resource.id) };
}

function regenerate(host: CloudHost, fleet: Fleet, { resource, body }: ActionCall): ActionResult {
  listKeys(host, resource);
  const keyType = isObject(body) ? body.keyType : undefined;
  if (keyType !== "Primary" && keyType !== "Secondary")
    throw badArgument(`keyType is ${JSON.stringify(keyType)}; it must be Primary or Secondary`, "keyType");
  if (isObject(body) && isFilled(body.keyValue)) throw notRehearsed("bringing an own key");
  return {
    status: 202,
    later: async () => {
      regenerateKey(host, resource.id, keyType satisfies KeyType);
      await fleet.publish(clusterOf(kubernetesCompute(host, resource.properties.compute)));
      return undefined;
    },
  };
}

async function token(host: CloudHost, fleet: Fleet, resource: Resource): Promise<ActionResult> {
  if (authModeOf(resource) !== "AMLToken")
    throw badArgument(`endpoint ${resource.name} has authMode ${authModeOf(resource)}; only AMLToken endpoints give tokens`);
  const now = Date.now();
  const { accessToken, expiresAt } = endpointToken(host, resource.id, now);
  // A new hour's token opens nothing until the router has its hash.
  await fleet.publish(clusterOf(kubernetesCompute(host, resource.properties.compute)));
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const body: JsonObject = {
    accessToken,
    tokenType: "Bearer",
    expiryTimeUtc: seconds(expiresAt),
    refreshAfterTimeUtc: seconds(now + (expiresAt - now) / 2),
  };
  return { status: 200, body };
}
