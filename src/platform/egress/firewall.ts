import {
  type AnyInput,
  and,
  call,
  type Expr,
  equals,
  type Input,
  not,
  type ProgramBuilder,
  type ResourceHandle,
  when,
} from "../../ir/index.ts";
import { onlyIf } from "../condition.ts";
import { declareDiagnostics } from "../diagnostics.ts";
import { hasMlRegistry } from "../ml-registry.ts";
import type { Network } from "../network.ts";
import { declarePublicAddress } from "../public-address.ts";
import type { Settings } from "../settings.ts";
import { ADDRESS_RULES, type AddressRule, type Caller, MADE_NAME_RULES, NAME_RULES, type NameRule, type Need } from "./rules.ts";
import { wayOut } from "./way-out.ts";
import { fill, type NamedServices, words } from "./words.ts";

const API_VERSION = "2025-07-01";

export interface EgressNeeds extends NamedServices {
  readonly network: Network;
  readonly logAnalytics: ResourceHandle;
}

export interface Egress {
  readonly firewall: ResourceHandle;
}

/** A firewall in the platform's own network, which lets out what the rules name and nothing else. */
export function declareEgress(program: ProgramBuilder, settings: Settings, needs: EgressNeeds): Egress {
  const { byFirewall, isManagedApart } = wayOut(settings);
  const { firewallSubnet, firewallManagementSubnet } = needs.network;
  const management = declarePublicAddress(program, settings, {
    symbol: "firewallManagementAddress",
    concern: "egress",
    name: "pip-mlops-firewall-management",
    condition: isManagedApart,
    sku: "Standard",
    zones: settings.profile("availabilityZones"),
  });
  const policy = declarePolicy(program, settings);
  const ready = declareRules(program, settings, needs, policy);
  const at = (name: string, subnet: ResourceHandle, publicAddress: ResourceHandle) => ({
    name,
    properties: { subnet: { id: subnet.id }, publicIPAddress: { id: publicAddress.id } },
  });
  const firewall = program.resource("firewall", {
    type: `Microsoft.Network/azureFirewalls@${API_VERSION}`,
    concern: "egress",
    name: "afw-mlops",
    condition: byFirewall,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      zones: settings.profile("availabilityZones"),
      properties: {
        sku: { name: "AZFW_VNet", tier: settings.profile("firewallSku") },
        firewallPolicy: { id: policy.id },
        ipConfigurations: [at("outside", firewallSubnet, needs.network.firewallAddress)],
        managementIpConfiguration: when<object>(isManagedApart, at("management", firewallManagementSubnet, management), null),
      },
    },
    // It is made with its rules, or it would be updated while nodes wait for it.
    dependsOn: [ready],
    comment: "Azure gives it the first free address of its subnet, to which the route of the other subnets leads.",
  });
  declareDiagnostics(program, settings, "firewall", {
    concern: "egress",
    scope: firewall,
    logAnalytics: needs.logAnalytics,
    condition: byFirewall,
  });
  return { firewall };
}

function declarePolicy(program: ProgramBuilder, settings: Settings): ResourceHandle {
  return program.resource("firewallPolicy", {
    type: `Microsoft.Network/firewallPolicies@${API_VERSION}`,
    concern: "egress",
    name: "afwp-mlops",
    condition: wayOut(settings).byFirewall,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      properties: {
        sku: { tier: settings.profile("firewallSku") },
        // Basic only tells of known bad addresses.
        threatIntelMode: when<string>(equals(settings.profile("firewallSku"), "Basic"), "Alert", "Deny"),
      },
    },
  });
}

interface RuleGroup {
  readonly symbol: string;
  readonly name: string;
  readonly priority: number;
  readonly given?: Expr<boolean>;
  readonly rules: AnyInput;
}

/** The rules, in groups one after the other, as Azure takes one write at a time on a policy. Gives the last one. */
function declareRules(program: ProgramBuilder, settings: Settings, needs: EgressNeeds, policy: ResourceHandle): ResourceHandle {
  const known = words(settings, needs);
  const sources = (from: readonly Caller[]): Input<string>[] => from.map((caller) => SOURCES[caller](settings));
  const addressRule = ({ from, to, protocol, ports }: AddressRule) => ({
    ruleType: "NetworkRule",
    name: addressRuleName(from, to, protocol),
    ipProtocols: [protocol],
    sourceAddresses: sources(from),
    destinationAddresses: [fill(to, known)],
    destinationPorts: ports.map(String),
  });
  const nameRule = (name: string, rule: NameRule) => ({
    ruleType: "ApplicationRule",
    name,
    protocols: rule.ports.map((port) => ({ protocolType: port === 80 ? "Http" : "Https", port })),
    sourceAddresses: sources(rule.from),
    ...destinations(rule, settings, known),
  });
  const groups: readonly RuleGroup[] = [
    {
      symbol: "firewallAddressRules",
      name: "addresses",
      priority: 200,
      rules: chosen(
        settings,
        ADDRESS_RULES.map((rule) => ({ need: rule.need, rule: addressRule(rule) })),
      ),
    },
    {
      symbol: "firewallNameRules",
      name: "names",
      priority: 300,
      rules: chosen(
        settings,
        Object.entries(NAME_RULES).map(([name, rule]) => ({ need: rule.need, rule: nameRule(name, rule) })),
      ),
    },
    // Of its own: what reads a registry that is not there must not be there either.
    {
      symbol: "firewallMlRegistryRules",
      name: "ml-registry",
      priority: 400,
      given: NEEDED.publicMlRegistry(settings),
      rules: Object.entries(MADE_NAME_RULES).map(([name, rule]) => nameRule(name, rule)),
    },
  ];
  return groups.reduce<ResourceHandle>((before, { symbol, name, priority, given, rules }) => {
    const collection = { ruleCollectionType: "FirewallPolicyFilterRuleCollection", action: { type: "Allow" }, rules };
    return program.resource(symbol, {
      type: `Microsoft.Network/firewallPolicies/ruleCollectionGroups@${API_VERSION}`,
      concern: "egress",
      name,
      parent: policy,
      ...onlyIf(wayOut(settings).byFirewall, given),
      body: { properties: { priority, ruleCollections: [{ name: `allow-${name}`, priority: 100, ...collection }] } },
      dependsOn: [before],
      comment: "docs/platform.md says of each rule why it is there.",
    });
  }, policy);
}

const SOURCES: Record<Caller, (settings: Settings) => Input<string>> = {
  // Pods of the overlay leave the subnet with the address of their node.
  nodes: ({ nodeSubnetPrefix }) => nodeSubnetPrefix,
  training: ({ computeSubnetPrefix }) => computeSubnetPrefix,
};

/** `training-Storage-TCP`: a rule's name has neither dots nor braces. */
function addressRuleName(from: readonly Caller[], to: string, protocol: string): string {
  return [...from, to.replace(".{region}", "").replaceAll(".", "-"), protocol].join("-");
}

function destinations(rule: NameRule, settings: Settings, known: Readonly<Record<string, Expr<string>>>) {
  if (rule.tag !== undefined) return { fqdnTags: [rule.tag] };
  return { targetFqdns: rule.need === "teamNames" ? settings.allowedFqdns : rule.names.map((name) => fill(name, known)) };
}

interface NeededRule {
  readonly need: Need;
  readonly rule: { readonly [field: string]: AnyInput | undefined };
}

/** The rules that the environment needs; those of one need come and go together. */
function chosen(settings: Settings, rows: readonly NeededRule[]): Expr<object[]> {
  const needs = [...new Set(rows.map(({ need }) => need))];
  const lists = needs.map((need) => {
    const rules = rows.filter((row) => row.need === need).map(({ rule }) => rule);
    return need === "always" ? rules : when<object[]>(NEEDED[need](settings), rules, []);
  });
  return call<object[]>("concat", ...lists);
}

const NEEDED: Record<Exclude<Need, "always">, (settings: Settings) => Expr<boolean>> = {
  publicServices: (settings) => not(settings.profile("privateNetworking")),
  publicMlRegistry: (settings) => and(not(settings.profile("privateNetworking")), hasMlRegistry(settings)),
  containerInsights: (settings) => settings.profile("containerInsights"),
  managedPrometheus: (settings) => settings.profile("managedPrometheus"),
  defender: (settings) => settings.profile("defender"),
  clusterBackup: (settings) => settings.profile("clusterBackup"),
  gpuNodes: (settings) => settings.enableGpuNodes,
  trainingInternet: (settings) => settings.profile("computeInternetAccess"),
  teamNames: (settings) => not(call<boolean>("empty", settings.allowedFqdns)),
};
