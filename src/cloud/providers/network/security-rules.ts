import { parseAddress, parseCidr } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { numberAt, requireOneOf, requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest } from "../common/faults.ts";

const SIDES = ["source", "destination"] as const;

/** What Azure checks of the rules of a network security group, inline or one at a time. */
export function checkSecurityRules(rules: readonly JsonObject[]): void {
  const taken = new Map<string, string>();
  for (const rule of rules) {
    const name = requireText(rule, "name", "InvalidRequestFormat");
    for (const member of ["direction", "access", "protocol"])
      requireText(rule, `properties.${member}`, "SecurityRuleParameterMissing");
    requireOneOf(rule, "properties.direction", ["Inbound", "Outbound"], "InvalidRequestFormat");
    requireOneOf(rule, "properties.access", ["Allow", "Deny"], "InvalidRequestFormat");
    requireOneOf(rule, "properties.protocol", ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"], "InvalidRequestFormat");
    const priority = numberAt(rule, "properties.priority");
    if (priority === undefined || !Number.isInteger(priority) || priority < 100 || priority > 4096) {
      throw badRequest("SecurityRuleInvalidPriority", `rule ${name} has priority ${priority ?? "none"}; it must be 100 to 4096`);
    }
    const key = `${textAt(rule, "properties.direction")?.toLowerCase()}/${priority}`;
    const other = taken.get(key);
    if (other !== undefined)
      throw badRequest(
        "SecurityRuleConflict",
        `rules ${other} and ${name} have the same direction and the same priority, ${priority}`,
      );
    taken.set(key, name);
    for (const side of SIDES) checkSide(rule, name, side);
  }
}

function checkSide(rule: JsonObject, name: string, side: (typeof SIDES)[number]): void {
  const addresses = oneOrMany(rule, name, `${side}AddressPrefix`, `${side}AddressPrefixes`, `${side}ApplicationSecurityGroups`);
  const ports = oneOrMany(rule, name, `${side}PortRange`, `${side}PortRanges`);
  const bad = ports.find((range) => !isPortRange(range));
  if (bad !== undefined)
    throw badRequest(
      "SecurityRuleInvalidPortRange",
      `rule ${name} has the ${side} port range ${bad}; it must be *, a port, or from-to within 0 to 65535`,
    );
  const wrong = addresses.find((prefix) => !isPrefix(prefix));
  if (wrong !== undefined) {
    throw badRequest(
      "SecurityRuleInvalidAddressPrefix",
      `rule ${name} has the ${side} address prefix ${wrong}; it must be *, an address range or a service tag`,
    );
  }
}

/** Azure wants the singular or the plural member, never both and never none. */
function oneOrMany(rule: JsonObject, name: string, one: string, many: string, alternative?: string): string[] {
  const single = textAt(rule, `properties.${one}`);
  const several = textsAt(rule, `properties.${many}`);
  if (single !== undefined && single !== "" && several.length > 0) {
    throw badRequest("SecurityRuleParametersConflict", `rule ${name} has both ${one} and ${many}; keep one of them`);
  }
  if (several.length > 0) return several;
  if (single !== undefined && single !== "") return [single];
  if (alternative !== undefined && rule.properties !== undefined && textsOrObjects(rule, alternative)) return [];
  throw badRequest("SecurityRuleParameterMissing", `rule ${name} has neither ${one} nor ${many}`);
}

function textsOrObjects(rule: JsonObject, member: string): boolean {
  const properties = rule.properties as JsonObject;
  const value = properties[member];
  return Array.isArray(value) && value.length > 0;
}

function isPortRange(range: string): boolean {
  if (range === "*") return true;
  const [from, to = from] = range.split("-");
  const ends = [from, to].map((end) => (/^\d{1,5}$/.test(end ?? "") ? Number(end) : Number.NaN));
  return ends.every((end) => end <= 65_535) && (ends[0] ?? 1) <= (ends[1] ?? 0) && range.split("-").length <= 2;
}

/** Service tags are words, some with a region after a dot; anything that starts like an address must be one. */
function isPrefix(prefix: string): boolean {
  if (prefix === "*" || /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*$/.test(prefix)) return true;
  if (prefix.includes(":")) return /^[0-9a-fA-F:]+(\/\d{1,3})?$/.test(prefix);
  return parseCidr(prefix) !== undefined || parseAddress(prefix) !== undefined;
}
