import type { CloudHost, Principal, Resource } from "../../contract.ts";
import { objectAt, objectsAt, textAt } from "../common/body.ts";
import { badRequest, forbidden } from "../common/faults.ts";
import { CLUSTER_TYPE } from "./api-versions.ts";

const JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action";
const ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action";

/** The subnets that a cluster's body names. */
export function linkedSubnets(cluster: Resource): string[] {
  const ofPools = objectsAt(cluster, "properties.agentPoolProfiles").flatMap((pool) => textAt(pool, "vnetSubnetID") ?? []);
  const apiServer = textAt(cluster, "properties.apiServerAccessProfile.subnetId");
  return [...new Set([...ofPools, ...(apiServer === undefined ? [] : [apiServer])])];
}

export function kubeletIdentity(cluster: Resource | undefined): string | undefined {
  return textAt(cluster, "properties.identityProfile.kubeletidentity.resourceId");
}

/** Whoever makes the cluster must be allowed to use its subnets; identities are the envelope's to check. */
export function checkCaller(host: CloudHost, caller: Principal, cluster: Resource): void {
  for (const subnet of linkedSubnets(cluster)) {
    if (host.authorizer.allows(caller, JOIN, subnet)) continue;
    throw forbidden(
      "LinkedAuthorizationFailed",
      `the client '${caller.displayName}' with object id '${caller.objectId}' may write ${CLUSTER_TYPE} here, but may not perform '${JOIN}' on the linked scope '${subnet}'`,
    );
  }
}

/** The control plane acts as itself: it joins nodes to the subnets and hands the kubelet identity to them. */
export function checkControlPlane(host: CloudHost, cluster: Resource): void {
  const identities = Object.keys(objectAt(cluster, "identity.userAssignedIdentities"));
  const [controlPlane] = identities;
  if (controlPlane === undefined) return;
  const principal = principalOf(host, controlPlane);
  for (const subnet of linkedSubnets(cluster)) {
    if (host.authorizer.allows(principal, JOIN, subnet)) continue;
    throw forbidden(
      "LinkedAuthorizationFailed",
      `the control plane identity ${controlPlane} with object id '${principal.objectId}' may not perform '${JOIN}' on '${subnet}'; give it Network Contributor there before the cluster is made`,
    );
  }
  const kubelet = kubeletIdentity(cluster);
  if (kubelet !== undefined && !host.authorizer.allows(principal, ASSIGN, kubelet)) {
    throw badRequest(
      "CustomKubeletIdentityMissingPermissionError",
      `the control plane identity ${controlPlane} with object id '${principal.objectId}' may not perform '${ASSIGN}' on the kubelet identity ${kubelet}; give it Managed Identity Operator there before the cluster is made`,
    );
  }
}

function principalOf(host: CloudHost, identityId: string): Principal {
  const identity = host.resources.get(identityId);
  const objectId = textAt(identity, "properties.principalId") ?? "";
  return host.principals.byObjectId(objectId) ?? { objectId, kind: "managedIdentity", displayName: identityId };
}
