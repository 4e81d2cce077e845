import { deployedParameters, type Parameter, type Program } from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { OWN_FLAGS, OWN_VARIABLES } from "./names.ts";
import { flagName } from "./quote.ts";

/** What flags and environment variables cannot say: two parameters of one name, or the name of something else. */
export function scriptLimits(program: Program): Diagnostic[] {
  const flags = new Map<string, string>(OWN_FLAGS.map((flag) => [flag, "the scripts themselves"]));
  const variables = new Map<string, string>(OWN_VARIABLES.map((name) => [name, "the scripts themselves"]));
  return deployedParameters(program).flatMap((parameter) => [
    ...claim(flags, flagName(parameter.name), parameter, "flag", "--"),
    ...(parameter.environment === undefined ? [] : variable(variables, parameter.environment, parameter)),
  ]);
}

function variable(taken: Map<string, string>, name: string, parameter: Parameter): Diagnostic[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return [wrong("variable-name", parameter, `${name} cannot name an environment variable`, "use letters, digits and _")];
  return claim(taken, name, parameter, "variable", "");
}

function claim(taken: Map<string, string>, name: string, parameter: Parameter, what: string, prefix: string): Diagnostic[] {
  const owner = taken.get(name);
  taken.set(name, owner ?? `parameter ${parameter.name}`);
  return owner === undefined
    ? []
    : [wrong(`${what}-taken`, parameter, `${prefix}${name} belongs to ${owner}`, "give the parameter another name")];
}

function wrong(word: string, { name }: Parameter, message: string, help: string): Diagnostic {
  return { code: `emit.scripts.${word}`, severity: "error", at: `parameters.${name}`, message, help };
}
