import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import { ArmFault, type Change, type Resource, type TypeSpec } from "../../contract.ts";
import { faults } from "../../envelope/faults.ts";
import { type BuiltInPolicy, builtIn, parameterValues } from "./built-in.ts";

export const POLICY_ASSIGNMENT = "Microsoft.Authorization/policyAssignments";
const MODES = ["Default", "DoNotEnforce", "Enroll"];
const FILTER = /^\s*(?:atScope\(\)|atExactScope\(\)|policyDefinitionId\s+eq\s+'([^']*)')\s*$/i;

export const POLICY_ASSIGNMENTS: TypeSpec = {
  type: "policyAssignments",
  apiVersions: ["2026-07-01", "2025-11-01", "2025-03-01", "2025-01-01", "2024-04-01", "2023-04-01", "2022-06-01", "2021-06-01"],
  location: "inherited",
  extension: true,
  name: {
    pattern: /^[^<>%&:\\?/]{0,127}[^<>%&:\\?/. ]$/,
    words: "1 to 128 characters without <, >, %, &, :, \\, ? and /, not ending in a dot or a space",
  },
  status: { created: 201, updated: 201, deleted: 200 },
  deleteShows: true,
  admit: admitAssignment,
  list: (items, query, above) => listed(items, query.get("$filter"), above),
};

function admitAssignment({ body, id }: Change): Resource {
  const { policyDefinitionId, parameters, enforcementMode = "Default" } = body.properties;
  if (typeof policyDefinitionId !== "string")
    throw faults.invalidContent("properties.policyDefinitionId is missing; it is required", "properties.policyDefinitionId");
  if (typeof enforcementMode !== "string" || !MODES.includes(enforcementMode))
    throw faults.invalidContent(
      `properties.enforcementMode is ${JSON.stringify(enforcementMode)}; it must be one of ${MODES.join(", ")}`,
      "properties.enforcementMode",
    );
  if (!/^\/providers\/microsoft\.authorization\//i.test(policyDefinitionId))
    throw faults.unsupported("policy definitions of one's own");
  if (body.identity !== undefined) throw faults.unsupported("identities of policy assignments (no policy here deploys anything)");
  for (const member of ["resourceSelectors", "overrides"])
    if (Array.isArray(body.properties[member]) && body.properties[member].length > 0)
      throw faults.unsupported(`${member} of policy assignments`);
  const policy = builtIn(policyDefinitionId);
  if (policy === undefined) throw faults.unsupported(`the built-in policy ${policyDefinitionId}`);
  checkParameters(policy, isObject(parameters) ? parameters : {});
  return { ...body, properties: { ...body.properties, policyDefinitionId: policy.id, enforcementMode, scope: scopeOf(id) } };
}

function checkParameters(policy: BuiltInPolicy, given: JsonObject): void {
  const known = Object.keys(policy.parameters);
  const unknown = Object.keys(given).find((name) => !known.some((other) => other.toLowerCase() === name.toLowerCase()));
  if (unknown !== undefined)
    throw new ArmFault(
      400,
      "UndefinedPolicyParameter",
      `the policy '${policy.name}' has no parameter ${unknown}; it has ${known.join(", ")}`,
      { target: `properties.parameters.${unknown}` },
    );
  const values = parameterValues(policy, given);
  for (const [name, { type, required, allowed }] of Object.entries(policy.parameters)) {
    const value = values[name];
    if (value === undefined) {
      if (required)
        throw new ArmFault(400, "MissingPolicyParameter", `the policy '${policy.name}' needs a value for its parameter ${name}`);
      continue;
    }
    if (!fits(value, type, allowed))
      throw new ArmFault(
        400,
        "InvalidPolicyParameterValue",
        `the parameter ${name} of the policy '${policy.name}' is ${JSON.stringify(value)}; it must be ${allowed?.join(", ") ?? `of type ${type}`}`,
        { target: `properties.parameters.${name}` },
      );
  }
}

function fits(value: JsonValue, type: "String" | "Array", allowed: readonly string[] | undefined): boolean {
  if (type === "Array") return Array.isArray(value);
  return (
    typeof value === "string" && (allowed === undefined || allowed.some((word) => word.toLowerCase() === value.toLowerCase()))
  );
}

export function scopeOf(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf("/providers/microsoft.authorization/policyassignments/"));
}

function listed(items: readonly Resource[], filter: string | null, above: string): readonly Resource[] {
  if (filter === null || filter.trim() === "") return items;
  const match = FILTER.exec(filter);
  if (match === null) throw faults.invalidContent(`the $filter '${filter}' is not supported`, "$filter");
  const definition = match[1]?.toLowerCase();
  if (definition !== undefined)
    return items.filter(
      ({ properties: { policyDefinitionId: id } }) => typeof id === "string" && id.toLowerCase() === definition,
    );
  return items.filter(({ id }) => scopeOf(id).toLowerCase() === above.toLowerCase());
}
