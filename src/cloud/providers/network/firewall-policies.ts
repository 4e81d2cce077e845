import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { flagAt, numberAt, objectAt, objectsAt, requireOneOf, textAt, withDefaults } from "../common/body.ts";
import { claim } from "../common/claims.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { isBusy } from "../common/state.ts";
import { NETWORK_API_VERSIONS, NETWORK_STATUS } from "./api-versions.ts";
import { FIREWALL_TYPE } from "./firewall-configurations.ts";
import { checkCollections } from "./firewall-rules.ts";

export const POLICY_TYPE = "Microsoft.Network/firewallPolicies";
export const RULE_GROUP_TYPE = "Microsoft.Network/firewallPolicies/ruleCollectionGroups";

export function firewallPolicies(host: CloudHost): TypeSpec {
  const users = (id: string) =>
    host.resources
      .ofType(FIREWALL_TYPE)
      .filter((firewall) => idKey(textAt(firewall, "properties.firewallPolicy.id") ?? "") === idKey(id));
  return {
    type: "firewallPolicies",
    apiVersions: NETWORK_API_VERSIONS,
    location: "required",
    name: NAME_RULES[POLICY_TYPE],
    status: NETWORK_STATUS,
    durationMs: 8_000,
    immutable: ["properties.sku.tier"],
    patch: true,
    admit: ({ id, body, preflight }) => {
      if (preflight !== true) refuseBusyPolicy(host, id, id);
      return admitPolicy(body);
    },
    present: (policy) => ({
      ...policy,
      properties: {
        ...policy.properties,
        childPolicies: [],
        ruleCollectionGroups: host.resources.below(policy.id, RULE_GROUP_TYPE).map(({ id }) => ({ id })),
        firewalls: users(policy.id).map(({ id }) => ({ id })),
      },
    }),
    admitDelete({ id }) {
      const user = users(id)[0];
      if (user !== undefined)
        throw badRequest("FirewallPolicyInUse", `${id} is in use by ${user.id}; delete that first, or give it another policy`);
    },
  };
}

function admitPolicy(body: Resource): Resource {
  requireOneOf(body, "properties.sku.tier", ["Basic", "Standard", "Premium"], "InvalidRequestFormat");
  requireOneOf(body, "properties.threatIntelMode", ["Off", "Alert", "Deny"], "InvalidRequestFormat");
  const tier = textAt(body, "properties.sku.tier") ?? "Standard";
  if (textAt(body, "properties.basePolicy.id") !== undefined) throw unsupported("firewall policies with a base policy");
  const refuse = (what: string, needed: string) =>
    badRequest("FirewallPolicyFeatureNotSupportedByTier", `${what} needs a policy of tier ${needed}; this one is ${tier}`);
  if (tier === "Basic" && flagAt(body, "properties.dnsSettings.enableProxy") === true)
    throw refuse("properties.dnsSettings.enableProxy", "Standard");
  if (tier === "Basic" && textAt(body, "properties.threatIntelMode") === "Deny")
    throw refuse("properties.threatIntelMode Deny", "Standard");
  if (tier !== "Premium")
    for (const member of ["intrusionDetection", "transportSecurity"])
      if (Object.keys(objectAt(body, `properties.${member}`)).length > 0) throw refuse(`properties.${member}`, "Premium");
  return { ...body, properties: withDefaults(body.properties, { sku: { tier }, threatIntelMode: "Alert" }) };
}

export function ruleCollectionGroups(host: CloudHost): TypeSpec {
  return {
    type: "firewallPolicies/ruleCollectionGroups",
    apiVersions: NETWORK_API_VERSIONS,
    location: "inherited",
    name: NAME_RULES[RULE_GROUP_TYPE],
    status: NETWORK_STATUS,
    durationMs: 30_000,
    deleteDurationMs: 30_000,
    admit: (change) => admitGroup(host, change),
  };
}

function admitGroup(host: CloudHost, change: Change): Resource {
  const { id, body } = change;
  const policyId = parentOf(id);
  if (change.preflight !== true) refuseBusyPolicy(host, policyId, id);
  const priority = numberAt(body, "properties.priority");
  if (priority === undefined || !Number.isInteger(priority) || priority < 100 || priority > 65_000)
    throw badRequest(
      "FirewallPolicyRuleCollectionGroupInvalidPriority",
      `properties.priority is ${priority ?? "missing"}; it must be 100 to 65000`,
      "properties.priority",
    );
  const twin = host.resources
    .below(policyId, RULE_GROUP_TYPE)
    .find((other) => idKey(other.id) !== idKey(id) && numberAt(other, "properties.priority") === priority);
  if (twin !== undefined)
    throw badRequest(
      "FirewallPolicyRuleCollectionGroupsWithSamePriority",
      `the group ${twin.name} of the policy has priority ${priority} already`,
    );
  const policy = host.resources.get(policyId);
  checkCollections(objectsAt(body, "properties.ruleCollections"), {
    resolvesNames: policy === undefined || flagAt(policy, "properties.dnsSettings.enableProxy") === true,
  });
  return body;
}

/** A policy takes one write at a time, whether on itself or on one of its groups. */
function refuseBusyPolicy(host: CloudHost, policyId: string, exceptId: string): void {
  const candidates = [host.resources.get(policyId), ...host.resources.below(policyId, RULE_GROUP_TYPE)];
  const busy = candidates.find((other) => other !== undefined && idKey(other.id) !== idKey(exceptId) && isBusy(other));
  if (busy === undefined && claim(host, idKey(policyId), idKey(exceptId))) return;
  throw conflict(
    "FirewallPolicyUpdateNotAllowedWhenUpdatingOrDeleting",
    `another operation is in progress on ${busy?.id ?? policyId}; write the groups of a policy one after another`,
  );
}
