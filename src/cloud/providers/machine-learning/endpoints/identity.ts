import type { RoleName } from "../../../../azure/index.ts";
import { isObject, type JsonObject } from "../../../../base/index.ts";
import type { CloudHost, Principal, Resource } from "../../../contract.ts";
import {
  accountName,
  type BlobLocation,
  containerScope,
  READ_BLOBS,
  storageAccount,
  WRITE_BLOBS,
} from "../../../planes/blob/index.ts";
import { imageDigest } from "../../../planes/registry/index.ts";
import { textAt } from "../../common/body.ts";
import { giveRole } from "../../common/give-role.ts";
import { requireWorkspace } from "../workspace-of.ts";
import { blobstoreContainer } from "../workspace-setup.ts";
import { clusterOf, kubernetesCompute } from "./compute.ts";
import type { CollectionSpec } from "./data-collector.ts";
import { authorizationFailed, badArgument, imagePullFailed } from "./faults.ts";
import { isFilled } from "./settings.ts";

const PULL = "Microsoft.ContainerRegistry/registries/pull/read";
const REGISTRIES = "Microsoft.ContainerRegistry/registries";

/**
 * Azure ML gives an endpoint's system-assigned identity what it needs on the workspace, its storage account and
 * its registry. A user-assigned identity gets nothing: its owner assigns the roles before the first deployment.
 * Source: "Troubleshoot online endpoints", authorization errors.
 */
export async function grantEndpointRoles(host: CloudHost, endpoint: Resource): Promise<void> {
  if (isFilled(endpoint.identity?.userAssignedIdentities)) return;
  const workspace = requireWorkspace(host, endpoint.id);
  const { storageAccount: storage, containerRegistry } = workspace.properties;
  const grants: readonly { readonly scope: unknown; readonly role: RoleName }[] = [
    { scope: storage, role: "storageBlobDataReader" },
    { scope: containerRegistry, role: "acrPull" },
    { scope: workspace.id, role: "azureMlMetricsWriter" },
  ];
  const principalId = systemIdentity(host, endpoint);
  for (const { scope, role } of grants) {
    if (typeof scope === "string" && scope !== "") await giveRole(host, principalId, role, scope);
  }
}

/**
 * What the storage initializer and the kubelet do with the endpoint's identity, before anything is fetched. Gives the digest of
 * the image in its registry; of an image that comes with the rehearsal there is none.
 * @throws AuthorizationFailed naming the role that is missing
 * @throws ImagePullLoopBackOff when the registry has no such image
 */
export function checkAccess(host: CloudHost, endpoint: Resource, model: BlobLocation, image: string): string | undefined {
  const principal = endpointPrincipal(host, endpoint);
  const account = storageAccount(host, model.account);
  if (account === undefined) throw badArgument(`storage account ${model.account} of the model was not found`, "properties.model");
  const container = containerScope(account, model.container);
  if (!host.authorizer.allows(principal, READ_BLOBS, container, { data: true }))
    throw authorizationFailed(
      `identity ${principal.objectId} of endpoint ${endpoint.name} may not read the model in ${container}; it needs Storage Blob Data Reader there`,
    );
  const registry = registryOf(host, image);
  if (registry === undefined) return undefined;
  const pullers = [principal, ...kubeletPrincipals(host, endpoint)];
  if (!pullers.some((puller) => host.authorizer.allows(puller, PULL, registry.id)))
    throw authorizationFailed(
      `neither identity ${principal.objectId} of endpoint ${endpoint.name} nor the cluster's kubelet identity may pull ${image}; one needs AcrPull on ${registry.id}`,
    );
  const digest = imageDigest(host, registry, image.slice(image.indexOf("/") + 1));
  if (digest === undefined) throw imagePullFailed(`image ${image} is not in ${registry.name}; push it first`);
  return digest;
}

/**
 * The agent writes to the workspace's own blob store without a role of the endpoint's identity, and anywhere else with it
 * (how-to-collect-production-data, custom Blob storage).
 * @throws AuthorizationFailed naming the role that is missing
 */
export function checkCollection(host: CloudHost, endpoint: Resource, { collections }: CollectionSpec): void {
  const workspace = requireWorkspace(host, endpoint.id);
  const own = {
    account: accountName(textAt(workspace.properties, "storageAccount") ?? ""),
    container: blobstoreContainer(workspace),
  };
  for (const { location } of Object.values(collections)) {
    if (location.account.toLowerCase() === own.account && location.container === own.container) continue;
    const principal = endpointPrincipal(host, endpoint);
    const account = storageAccount(host, location.account);
    const container = account && containerScope(account, location.container);
    if (container === undefined || !host.authorizer.allows(principal, WRITE_BLOBS, container, { data: true }))
      throw authorizationFailed(
        `identity ${principal.objectId} of endpoint ${endpoint.name} may not write collected data to ${location.container} of ${location.account}; it needs Storage Blob Data Contributor there`,
      );
  }
}

function endpointPrincipal(host: CloudHost, endpoint: Resource): Principal {
  const userAssigned = endpoint.identity?.userAssignedIdentities;
  const [first] = isObject(userAssigned) ? Object.values(userAssigned) : [];
  const assigned = isObject(first) ? first.principalId : undefined;
  const id = typeof assigned === "string" ? assigned : systemIdentity(host, endpoint);
  const principal = host.principals.byObjectId(id);
  if (principal === undefined)
    throw badArgument(`identity ${id} of endpoint ${endpoint.name} does not exist any more`, "identity");
  return principal;
}

/** The identity as GET shows it: Azure ML gives an endpoint that names none a system-assigned one. */
export function identityOf(host: CloudHost, endpoint: Resource): JsonObject {
  if (endpoint.identity !== undefined) return endpoint.identity;
  const { principalId, tenantId } = host.principals.managedIdentity(endpoint.id, endpoint.name);
  return { type: "SystemAssigned", principalId, tenantId };
}

function systemIdentity(host: CloudHost, endpoint: Resource): string {
  const stated = endpoint.identity?.principalId;
  return typeof stated === "string" ? stated : host.principals.managedIdentity(endpoint.id, endpoint.name).principalId;
}

/** An image without a registry host (`quayside-serve:1.0`) comes with the rehearsal and is pulled from nowhere. */
function registryOf(host: CloudHost, image: string): Resource | undefined {
  const [server = "", ...rest] = image.split("/");
  if (rest.length === 0 || !server.includes(".")) return undefined;
  const registry = host.resources.ofType(REGISTRIES).find(({ properties }) => properties.loginServer === server);
  if (registry === undefined) throw badArgument(`image ${image}: there is no registry ${server}`, "properties.environmentId");
  return registry;
}

function kubeletPrincipals(host: CloudHost, endpoint: Resource): Principal[] {
  const cluster = host.resources.get(clusterOf(kubernetesCompute(host, endpoint.properties.compute)));
  const profile = cluster?.properties.identityProfile;
  const kubelet = isObject(profile) ? profile.kubeletidentity : undefined;
  const objectId = isObject(kubelet) ? kubelet.objectId : undefined;
  const principal = typeof objectId === "string" ? host.principals.byObjectId(objectId) : undefined;
  return principal === undefined ? [] : [principal];
}
