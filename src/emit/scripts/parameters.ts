import type { JsonObject, JsonValue } from "../../base/index.ts";
import { constantValue, deployedParameters, type Parameter, type Program } from "../../ir/index.ts";
import { flagName, quote, wrap } from "./quote.ts";

/** The declarations as `parameters.jq` reads them. */
export function declarations(program: Program): string {
  const declared: JsonObject = {};
  for (const parameter of deployedParameters(program)) {
    const { name, type, allowed, minValue, maxValue, minLength, maxLength, pattern, keys, environment } = parameter;
    declared[name] = {
      type,
      required: parameter.default === undefined,
      flag: `--${flagName(name)}`,
      ...defined({
        default: constantValue(parameter.default),
        environment,
        allowed: allowed && [...allowed],
        minValue,
        maxValue,
        minLength,
        maxLength,
        pattern,
        keys: keys && [...keys],
      }),
    };
  }
  return `${JSON.stringify(declared, undefined, 2)}\n`;
}

function defined(members: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** `lib/parameters.sh`: flags and environment variables by parameter, and the help text about them. */
export function parametersLibrary(program: Program): string {
  const flags = deployedParameters(program).map(
    ({ name }) => `    --${flagName(name)}${name === "location" ? " | -l" : ""}) parameter=${name} ;;`,
  );
  const variables = deployedParameters(program).flatMap(({ name, environment }) =>
    environment === undefined ? [] : [`  from_variable ${name} "\${${environment}:-}"`],
  );
  return `# shellcheck shell=bash disable=SC2034 # what is set here is read by deploy.sh
# Parameters of the platform as flags and environment variables. Printed from the definition: quayside emit scripts

# Values as E:name=text (environment) and F:name=text (flag), in the order in which they were given.
given=()

# Sets \`parameter\` to the name that a flag stands for, or to nothing.
parameter_of() {
  case "$1" in
${flags.join("\n")}
    *) parameter='' ;;
  esac
}

from_variable() {
  if [ -n "$2" ]; then given+=("E:$1=$2"); fi
}

read_environment() {
${variables.length === 0 ? "  :" : variables.join("\n")}
}

parameter_usage() {
  cat <<'USAGE'
${deployedParameters(program).flatMap(usage).join("\n")}
USAGE
}
`;
}

function usage(parameter: Parameter): string[] {
  const { name, type, environment } = parameter;
  const variable = environment === undefined ? "" : ` [${environment}]`;
  return [
    `  ${name === "location" ? "-l, " : ""}--${flagName(name)} ${type.toUpperCase()}${variable}`,
    ...wrap(`${parameter.description} ${[...bounds(parameter), initial(parameter)].join(" ")}`, "      "),
  ];
}

/** The same for `docs/scripts.md`. */
export function parameterTable(program: Program): string {
  const rows = deployedParameters(program).map((parameter) => {
    const { name, environment, description } = parameter;
    const meaning = [description, ...bounds(parameter), initial(parameter)].join(" ").replaceAll("|", "\\|");
    return `| \`--${flagName(name)}\` | ${environment === undefined ? "" : `\`${environment}\``} | ${meaning} |`;
  });
  return ["| flag | variable | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function bounds({ allowed, minValue, maxValue }: Parameter): string[] {
  return [
    ...(allowed === undefined ? [] : [`One of ${allowed.map((value) => JSON.stringify(value).replaceAll('"', "")).join(", ")}.`]),
    ...(minValue === undefined || maxValue === undefined ? [] : [`From ${minValue} to ${maxValue}.`]),
  ];
}

/** The value when nothing is given; one that Azure computes is not shown. */
function initial({ default: node }: Parameter): string {
  if (node === undefined) return "Required.";
  const value = constantValue(node);
  if (value === undefined || value === "" || isEmpty(value)) return "Optional.";
  return `Default ${quote(typeof value === "object" ? JSON.stringify(value) : String(value))}.`;
}

function isEmpty(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length === 0;
}
