import type { JsonValue } from "../../src/base/index.ts";
import { evaluateProgram, type Node, type Program, type Resource } from "../../src/ir/index.ts";
import { ADDRESS_RULES, MADE_NAME_RULES, NAME_RULES, type NameRule, type Need } from "../../src/platform/egress/rules.ts";
import { definePlatform, ENVIRONMENTS, PROFILES } from "../../src/platform/index.ts";

/** The generated parts of `docs/platform.md`, by the word in their markers. */
export function platformTables(): Record<string, string> {
  const program = definePlatform();
  return {
    resources: resourceTable(program),
    roles: roleTable(program),
    egress: egressTable(),
    profiles: profileTable(),
    parameters: parameterTable(program),
  };
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const code = (text: string) => `\`${text}\``;
const show = (value: JsonValue) => code(typeof value === "string" ? value || '""' : JSON.stringify(value));

/** How many resources each concern deploys in each environment. */
function resourceTable(program: Program): string {
  const deployed = ENVIRONMENTS.map((environmentName) => {
    const symbols = evaluateProgram(program, {
      parameters: { environmentName },
      subscriptionId: "00000000-0000-0000-0000-000000000000",
      tenantId: "00000000-0000-0000-0000-000000000000",
      resourceGroup: { name: "rg", location: "eastus" },
    }).resources.flatMap(({ symbol, condition }) => (condition ? [symbol] : []));
    return new Set(symbols);
  });
  const concerns = [...new Set(program.resources.map(({ concern }) => concern))];
  const count = (of: readonly Resource[]) => deployed.map((there) => String(of.filter(({ symbol }) => there.has(symbol)).length));
  return table(
    ["concern", ...ENVIRONMENTS, "types"],
    [
      ...concerns.map((concern) => {
        const own = program.resources.filter((resource) => resource.concern === concern);
        const types = [...new Set(own.map(({ type }) => type.split("/").slice(1).join("/")))];
        return [concern, ...count(own), types.map(code).join(", ")];
      }),
      ["all", ...count(program.resources), ""],
    ],
  );
}

/** Every role assignment of the definition: who, what, where, why and when. */
function roleTable(program: Program): string {
  const assignments = program.resources.filter(({ type }) => type === "Microsoft.Authorization/roleAssignments");
  return table(
    ["who", "role", "on", "why"],
    assignments.map(({ body, comment = "", scope, condition }) => [
      code(principal(member(member(body, "properties"), "principalId"))),
      comment,
      scope === undefined ? "the resource group" : code(scope),
      literal(member(member(body, "properties"), "description")) + (condition === undefined ? "" : " (where it is switched on)"),
    ]),
  );
}

/** `trainingIdentity` of `trainingIdentity.properties.principalId`, or the parameter that gives an object id. */
function principal(node: Node | undefined): string {
  if (node?.kind === "access") return principal(node.of);
  if (node?.kind === "resource") return node.symbol;
  return node?.kind === "parameter" ? node.name : "";
}

function member(node: Node | undefined, key: string): Node | undefined {
  if (node?.kind !== "object") return undefined;
  return node.entries.find(([name]) => name.kind === "literal" && name.value === key)?.[1];
}

function literal(node: Node | undefined): string {
  return node?.kind === "literal" ? String(node.value) : "";
}

const NEEDED: Record<Need, string> = {
  always: "",
  publicServices: "without `privateNetworking`",
  publicMlRegistry: "`mlRegistryName`, without `privateNetworking`",
  containerInsights: "`containerInsights`",
  managedPrometheus: "`managedPrometheus`",
  defender: "`defender`",
  clusterBackup: "`clusterBackup`",
  gpuNodes: "`enableGpuNodes`",
  trainingInternet: "`computeInternetAccess`",
  teamNames: "`allowedFqdns`",
};

/** What a firewall has to let out: names first, then addresses. */
function egressTable(): string {
  const plain = (pattern: string) =>
    code(
      pattern
        .replaceAll(/\{(\w+)\}/g, "<$1>")
        .replace("<registry>", ".azurecr.io")
        .replace("<vault>", ".vault.azure.net")
        .replace("<storage>", "core.windows.net"),
    );
  const to = (rule: NameRule) => (rule.tag === undefined ? rule.names.map(plain).join(", ") : `tag ${code(rule.tag)}`);
  return table(
    ["from", "to", "ports", "when", "why", "source"],
    [
      ...Object.values({ ...NAME_RULES, ...MADE_NAME_RULES }).map((rule) => [
        rule.from.join(", "),
        to(rule) || "the names given",
        rule.ports.map((port) => `${port === 80 ? "HTTP" : "HTTPS"} ${port}`).join(", "),
        NEEDED[rule.need],
        rule.why,
        rule.source,
      ]),
      ...ADDRESS_RULES.map((rule) => [
        rule.from.join(", "),
        `service tag ${plain(rule.to)}`,
        `${rule.protocol === "Any" ? "any protocol" : rule.protocol} ${rule.ports.join(", ")}`,
        NEEDED[rule.need],
        rule.why,
        rule.source,
      ]),
    ],
  );
}

function profileTable(): string {
  return table(
    ["profile value", ...ENVIRONMENTS],
    Object.keys(PROFILES.dev)
      .sort()
      .map((key) => [
        code(key),
        ...ENVIRONMENTS.map((name) => show((PROFILES[name] as unknown as Record<string, JsonValue>)[key] ?? null)),
      ]),
  );
}

function parameterTable(program: Program): string {
  return table(
    ["parameter", "type", "default", "environment variable", "what it is"],
    program.parameters.map(({ name, type, default: initial, environment, description, allowed }) => [
      code(name),
      type,
      defaultText(initial),
      environment === undefined ? "" : code(environment),
      allowed === undefined ? description : `${description} One of ${allowed.map(show).join(", ")}.`,
    ]),
  );
}

function defaultText(node: Node | undefined): string {
  if (node === undefined) return "required";
  if (node.kind === "literal") return show(node.value);
  if (node.kind === "array") return code("[]");
  return node.kind === "object" ? code("{}") : "computed";
}
