import { cidrContains, parseAddress, parseCidr } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { numberAt, objectsAt, requireOneOf, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, unsupported } from "../common/faults.ts";

const RULE_TYPES = { ApplicationRule: checkNameRule, NetworkRule: checkAddressRule } as const;
/** Lists of names that Microsoft keeps. */
const FQDN_TAGS = [
  "AzureKubernetesService",
  "WindowsUpdate",
  "WindowsDiagnostics",
  "MicrosoftActiveProtectionService",
  "AppServiceEnvironment",
  "AzureBackup",
  "AzureHDInsight",
  "WindowsVirtualDesktop",
  "WindowsVirtualDesktopEssential",
  "Office365",
  "Windows365",
  "MicrosoftIntune",
];

export interface PolicyAbilities {
  /** With a DNS proxy, rules of addresses may also name hosts. */
  readonly resolvesNames: boolean;
}

/** What Azure checks of the rule collections of one group. */
export function checkCollections(collections: readonly JsonObject[], abilities: PolicyAbilities): void {
  const names = new Set<string>();
  for (const collection of collections) {
    const name = requireText(collection, "name", "InvalidRequestFormat");
    if (names.has(name.toLowerCase()))
      throw badRequest("FirewallPolicyRuleCollectionsWithSameName", `two rule collections of the group are called ${name}`);
    names.add(name.toLowerCase());
    const type = requireText(collection, "ruleCollectionType", "InvalidRequestFormat");
    if (type !== "FirewallPolicyFilterRuleCollection") throw unsupported(`rule collections of type ${type}`);
    const priority = numberAt(collection, "priority");
    if (priority === undefined || !Number.isInteger(priority) || priority < 100 || priority > 65_000)
      throw badRequest(
        "FirewallPolicyRuleCollectionInvalidPriority",
        `rule collection ${name} has priority ${priority ?? "none"}; it must be 100 to 65000`,
      );
    requireText(collection, "action.type", "InvalidRequestFormat");
    requireOneOf(collection, "action.type", ["Allow", "Deny"], "InvalidRequestFormat");
    checkRules(name, objectsAt(collection, "rules"), abilities);
  }
}

function checkRules(collection: string, rules: readonly JsonObject[], abilities: PolicyAbilities): void {
  const types = new Set(rules.map((rule) => textAt(rule, "ruleType") ?? ""));
  if (types.size > 1)
    throw badRequest(
      "FirewallPolicyMixedRuleTypes",
      `rule collection ${collection} has rules of types ${[...types].join(", ")}; it must have one`,
    );
  const names = new Set<string>();
  for (const rule of rules) {
    const name = requireText(rule, "name", "InvalidRequestFormat");
    if (names.has(name.toLowerCase()))
      throw badRequest("FirewallPolicyRulesWithSameName", `two rules of ${collection} are called ${name}`);
    names.add(name.toLowerCase());
    const type = textAt(rule, "ruleType") ?? "";
    if (!Object.hasOwn(RULE_TYPES, type)) throw unsupported(`firewall rules of type ${type || "(none)"}`);
    const sources = textsAt(rule, "sourceAddresses");
    if (sources.length === 0 && textsAt(rule, "sourceIpGroups").length === 0)
      throw invalid(name, "has neither sourceAddresses nor sourceIpGroups");
    const wrong = sources.find((source) => !isSource(source));
    if (wrong !== undefined) throw invalid(name, `has the source ${wrong}; it must be *, an address or an address range`);
    RULE_TYPES[type as keyof typeof RULE_TYPES](name, rule, abilities);
  }
}

function checkNameRule(name: string, rule: JsonObject): void {
  const [fqdns, tags] = [textsAt(rule, "targetFqdns"), textsAt(rule, "fqdnTags")];
  if (textsAt(rule, "targetUrls").length > 0 || textsAt(rule, "webCategories").length > 0)
    throw unsupported("targetUrls and webCategories of firewall rules");
  if (fqdns.length > 0 === tags.length > 0) throw invalid(name, "must have either targetFqdns or fqdnTags");
  const unknown = tags.find((tag) => !FQDN_TAGS.some((known) => known.toLowerCase() === tag.toLowerCase()));
  if (unknown !== undefined) throw invalid(name, `has the FQDN tag ${unknown}, which does not exist`);
  const wrong = fqdns.find((fqdn) => !/^(\*|(\*\.)?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*)$/.test(fqdn));
  if (wrong !== undefined) throw invalid(name, `has the target ${wrong}; an asterisk may only be the first label`);
  const protocols = objectsAt(rule, "protocols");
  if (protocols.length === 0) throw invalid(name, "has no protocols");
  for (const protocol of protocols) {
    requireOneOf(protocol, "protocolType", ["Http", "Https"], "InvalidRequestFormat");
    checkPort(name, String(numberAt(protocol, "port") ?? ""));
  }
}

function checkAddressRule(name: string, rule: JsonObject, { resolvesNames }: PolicyAbilities): void {
  const [addresses, fqdns] = [textsAt(rule, "destinationAddresses"), textsAt(rule, "destinationFqdns")];
  if (addresses.length === 0 && fqdns.length === 0 && textsAt(rule, "destinationIpGroups").length === 0)
    throw invalid(name, "has no destination");
  if (fqdns.length > 0 && !resolvesNames)
    throw badRequest(
      "FirewallPolicyDnsProxyNotEnabled",
      `rule ${name} has destinationFqdns, which need dnsSettings.enableProxy on the policy`,
    );
  const ports = textsAt(rule, "destinationPorts");
  if (ports.length === 0) throw invalid(name, "has no destinationPorts");
  for (const port of ports) checkPort(name, port);
  const protocols = textsAt(rule, "ipProtocols");
  if (protocols.length === 0) throw invalid(name, "has no ipProtocols");
  const wrong = protocols.find((protocol) => !["tcp", "udp", "icmp", "any"].includes(protocol.toLowerCase()));
  if (wrong !== undefined) throw invalid(name, `has the protocol ${wrong}; it must be TCP, UDP, ICMP or Any`);
}

function checkPort(name: string, port: string): void {
  const [from = "", to = from] = port.split("-");
  const fits = [from, to].every((end) => /^\d{1,5}$/.test(end) && Number(end) >= 1 && Number(end) <= 65_535);
  if (port !== "*" && !(fits && Number(from) <= Number(to))) throw invalid(name, `has the port ${port || "(none)"}`);
}

function isSource(source: string): boolean {
  return source === "*" || parseCidr(source) !== undefined || parseAddress(source) !== undefined || isSpan(source);
}

/** `10.0.0.1-10.0.0.9` */
function isSpan(source: string): boolean {
  const ends = source.split("-");
  return ends.length === 2 && ends.every((end) => parseAddress(end) !== undefined);
}

function invalid(name: string, what: string) {
  return badRequest("FirewallPolicyRuleInvalid", `rule ${name} ${what}`);
}

/** Names that the tag AzureKubernetesService stands for, as far as a node needs them to join its cluster. */
const TAGGED: Readonly<Record<string, readonly string[]>> = {
  azurekubernetesservice: ["mcr.microsoft.com", "management.azure.com", "login.microsoftonline.com", "packages.microsoft.com"],
};

/** Whether rules let a subnet's hosts reach a name over HTTPS; the group and the collection of lowest priority decide first. */
export function allowsHost(groups: readonly JsonObject[], from: string, host: string): boolean {
  const collections = sorted(groups).flatMap((group) => sorted(objectsAt(group, "properties.ruleCollections")));
  const decides = collections.find((collection) => objectsAt(collection, "rules").some((rule) => covers(rule, from, host)));
  return textAt(decides, "action.type") === "Allow";
}

const sorted = (items: readonly JsonObject[]) => items.toSorted((a, b) => priorityOf(a) - priorityOf(b));
const priorityOf = (item: JsonObject) => numberAt(item, "properties.priority") ?? numberAt(item, "priority") ?? 65_000;

function covers(rule: JsonObject, from: string, host: string): boolean {
  if (textAt(rule, "ruleType") !== "ApplicationRule" || !textsAt(rule, "sourceAddresses").some((source) => holds(source, from)))
    return false;
  if (!objectsAt(rule, "protocols").some((protocol) => textAt(protocol, "protocolType") === "Https")) return false;
  const tagged = textsAt(rule, "fqdnTags").flatMap((tag) => TAGGED[tag.toLowerCase()] ?? []);
  return tagged.includes(host) || textsAt(rule, "targetFqdns").some((pattern) => matches(pattern.toLowerCase(), host));
}

function holds(source: string, subnet: string): boolean {
  const [outer, inner] = [parseCidr(source), parseCidr(subnet)];
  return source === "*" || (outer !== undefined && inner !== undefined && cidrContains(outer, inner));
}

function matches(pattern: string, host: string): boolean {
  return pattern === "*" || pattern === host || (pattern.startsWith("*.") && host.endsWith(pattern.slice(1)));
}
