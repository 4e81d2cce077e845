import { cidrHolds, cidrsOverlap, parseAddress, parseCidr } from "../../../azure/index.ts";
import { type JsonValue, jsonEqual } from "../../../base/index.ts";
import type { Resource } from "../../contract.ts";
import { at, flagAt, listAt, objectsAt, requireOneOf, requireText, textAt } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";
import { kubeletIdentity } from "./cluster-permissions.ts";
import { checkPool, checkPoolChange, isSystem, type PoolProfile } from "./pool-rules.ts";

const INVALID = "InvalidParameter";
const IMMUTABLE = [
  "properties.dnsPrefix",
  "properties.fqdnSubdomain",
  "properties.nodeResourceGroup",
  "properties.enableRBAC",
  "properties.apiServerAccessProfile.enablePrivateCluster",
  "properties.networkProfile.networkPlugin",
  "properties.networkProfile.podCidr",
  "properties.networkProfile.serviceCidr",
  "properties.networkProfile.dnsServiceIP",
  "properties.networkProfile.loadBalancerSku",
];
/** AKS uses these itself. */
const FORBIDDEN = ["169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"];

/** What AKS refuses about a cluster by its body alone, and by what it was before. */
export function checkCluster(body: Resource, previous: Resource | undefined): void {
  const location = body.location ?? "";
  requireIdentity(body, previous);
  if (
    textAt(body, "properties.dnsPrefix") === undefined &&
    textAt(body, "properties.fqdnSubdomain") === undefined &&
    previous === undefined
  ) {
    throw badRequest(INVALID, "properties.dnsPrefix is missing; a cluster needs it, or fqdnSubdomain", "properties.dnsPrefix");
  }
  const prefix = textAt(body, "properties.dnsPrefix");
  if (prefix !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/.test(prefix)) {
    throw badRequest(
      INVALID,
      `properties.dnsPrefix is ${JSON.stringify(prefix)}; it must be 1 to 54 letters, digits and hyphens`,
      "properties.dnsPrefix",
    );
  }
  if ((textAt(body, "properties.nodeResourceGroup") ?? "").length > 80)
    throw badRequest(INVALID, "properties.nodeResourceGroup has more than 80 characters");
  requireOneOf(body, "sku.tier", ["Free", "Standard", "Premium"], INVALID);
  if (textAt(body, "sku.name")?.toLowerCase() === "automatic") throw unsupported("AKS Automatic (sku.name Automatic)");
  checkAccess(body);
  checkNetwork(body);
  checkImmutables(body, previous);
  const pools = objectsAt(body, "properties.agentPoolProfiles");
  if (pools.length === 0 && previous === undefined)
    throw badRequest(INVALID, "properties.agentPoolProfiles is empty; a cluster needs a system pool");
  for (const pool of pools) checkPool(requireText(pool, "name", INVALID), pool, location);
  if (pools.length > 0 && !pools.some(isSystem))
    throw badRequest(INVALID, "no pool has mode System; a cluster needs one", "properties.agentPoolProfiles");
}

function requireIdentity(body: Resource, previous: Resource | undefined): void {
  const type = textAt(body, "identity.type") ?? textAt(previous, "identity.type") ?? "None";
  if (
    textAt(body, "properties.servicePrincipalProfile.clientId") !== undefined &&
    textAt(body, "properties.servicePrincipalProfile.clientId") !== "msi"
  ) {
    throw unsupported("clusters with a service principal; use a managed identity");
  }
  if (type === "None")
    throw badRequest(INVALID, "identity is missing; a cluster needs SystemAssigned or UserAssigned", "identity");
  const kubelet = kubeletIdentity(body);
  // A client that sends back what it read names the identity that AKS made.
  if (kubelet !== undefined && kubelet !== kubeletIdentity(previous) && !/userassigned/i.test(type)) {
    throw badRequest(
      "CustomKubeletIdentityOnlySupportedOnUserAssignedMSICluster",
      "a kubelet identity of your own needs a user-assigned control plane identity",
    );
  }
}

function checkAccess(body: Resource): void {
  const localOff = flagAt(body, "properties.disableLocalAccounts") === true;
  if (localOff && at(body, "properties.aadProfile") === undefined) {
    throw badRequest(
      INVALID,
      "properties.disableLocalAccounts is true without aadProfile; nobody could sign in",
      "properties.disableLocalAccounts",
    );
  }
  if (at(body, "properties.aadProfile") !== undefined && flagAt(body, "properties.aadProfile.managed") !== true) {
    throw unsupported("aadProfile without managed: true (the legacy integration)");
  }
  const isPrivate = flagAt(body, "properties.apiServerAccessProfile.enablePrivateCluster") === true;
  if (isPrivate && listAt(body, "properties.apiServerAccessProfile.authorizedIPRanges").length > 0) {
    throw badRequest(
      INVALID,
      "authorizedIPRanges cannot be combined with a private cluster",
      "properties.apiServerAccessProfile.authorizedIPRanges",
    );
  }
}

function checkNetwork(body: Resource): void {
  const path = "properties.networkProfile";
  const member = (name: string) => textAt(body, `${path}.${name}`);
  requireOneOf(body, `${path}.networkPlugin`, ["azure", "kubenet", "none"], INVALID);
  requireOneOf(
    body,
    `${path}.outboundType`,
    ["loadBalancer", "userDefinedRouting", "managedNATGateway", "userAssignedNATGateway", "none", "block"],
    INVALID,
  );
  requireOneOf(body, `${path}.networkPolicy`, ["none", "azure", "calico", "cilium"], INVALID);
  const plugin = member("networkPlugin") ?? "azure";
  if (member("networkPluginMode") === "overlay" && plugin !== "azure")
    throw badRequest(INVALID, `${path}.networkPluginMode overlay needs networkPlugin azure; it is ${plugin}`);
  if (member("networkPolicy") === "cilium" && member("networkDataplane") !== "cilium")
    throw badRequest(INVALID, `${path}.networkPolicy cilium needs networkDataplane cilium`);
  if (member("networkDataplane") === "cilium" && plugin !== "azure")
    throw badRequest(INVALID, `${path}.networkDataplane cilium needs networkPlugin azure; it is ${plugin}`);

  const ranges = ["podCidr", "serviceCidr"].flatMap((name) => {
    const text = member(name);
    if (text === undefined) return [];
    const range = parseCidr(text);
    if (range === undefined || !range.aligned)
      throw badRequest("InvalidCIDR", `${path}.${name} is ${text}; it is not an address range`, `${path}.${name}`);
    const forbidden = FORBIDDEN.find((other) => overlaps(other, text));
    if (forbidden !== undefined)
      throw badRequest(
        "InvalidCIDR",
        `${path}.${name} is ${text}, which overlaps ${forbidden}, a range that AKS uses itself`,
        `${path}.${name}`,
      );
    return [{ name, range }];
  });
  const [first, second] = ranges;
  if (first !== undefined && second !== undefined && cidrsOverlap(first.range, second.range)) {
    throw badRequest(
      "PodCidrServiceCidrOverlap",
      `${path}.podCidr, ${first.range.text}, overlaps serviceCidr, ${second.range.text}`,
    );
  }
  const service = ranges.find(({ name }) => name === "serviceCidr")?.range;
  if (service === undefined) return;
  if (service.prefixLength < 12)
    throw badRequest("InvalidServiceCidr", `${path}.serviceCidr is ${service.text}; it must be smaller than a /12`);
  const dns = member("dnsServiceIP");
  const address = dns === undefined ? undefined : parseAddress(dns);
  if (
    dns !== undefined &&
    (address === undefined || !cidrHolds(service, address) || address === service.first + 1 || address === service.first)
  ) {
    throw badRequest(
      "InvalidDNSServiceIP",
      `${path}.dnsServiceIP is ${dns}; it must lie in serviceCidr, ${service.text}, and not be its first address`,
    );
  }
}

function overlaps(a: string, b: string): boolean {
  const [one, other] = [parseCidr(a), parseCidr(b)];
  return one !== undefined && other !== undefined && cidrsOverlap(one, other);
}

function checkImmutables(body: Resource, previous: Resource | undefined): void {
  if (previous === undefined) return;
  for (const path of IMMUTABLE) {
    const [before, after] = [at(previous, path), at(body, path)];
    if (after === undefined || before === undefined || same(before, after)) continue;
    throw badRequest(
      "PropertyChangeNotAllowed",
      `changing ${path} from ${JSON.stringify(before)} to ${JSON.stringify(after)} is not allowed`,
      path,
    );
  }
  if (
    flagAt(previous, "properties.oidcIssuerProfile.enabled") === true &&
    flagAt(body, "properties.oidcIssuerProfile.enabled") === false
  ) {
    throw badRequest(
      "OIDCIssuerFeatureCannotBeDisabled",
      "properties.oidcIssuerProfile.enabled cannot go back to false",
      "properties.oidcIssuerProfile.enabled",
    );
  }
}

function same(a: JsonValue, b: JsonValue): boolean {
  return typeof a === "string" && typeof b === "string" ? a.toLowerCase() === b.toLowerCase() : jsonEqual(a, b);
}

export function checkInlineChanges(pools: readonly PoolProfile[], before: (name: string) => PoolProfile | undefined): void {
  for (const pool of pools) {
    const name = textAt(pool, "name") ?? "";
    const known = before(name);
    if (known !== undefined) checkPoolChange(name, known, pool);
  }
}
