import { type Program, programPlaces, walk } from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { callsUniqueString } from "./context.ts";
import { mayMergeDeeply } from "./merge.ts";
import { RESERVED_VARIABLES, variableName } from "./names.ts";

/** What Terraform cannot say, before anything is printed. */
export function terraformLimits(program: Program): Diagnostic[] {
  return [
    ...variableNames(program),
    ...patterns(program),
    ...texts(program),
    ...merges(program),
    ...uniqueNames(program),
    ...concerns(program),
  ];
}

function variableNames({ parameters }: Program): Diagnostic[] {
  const names = parameters.map((parameter) => ({ at: `parameters.${parameter.name}`, name: variableName(parameter) }));
  const taken = new Set(["resource_group_name", "azure_cloud"]);
  return names.flatMap(({ at, name }) => {
    const isTaken = taken.has(name);
    taken.add(name);
    if (RESERVED_VARIABLES.has(name))
      return [error("reserved-name", at, `Terraform keeps the name ${name} for itself`, "give another name in `terraform`")];
    if (isTaken) return [error("duplicate-name", at, `there is another variable ${name}`, "give another name in `terraform`")];
    return /^[a-z_][a-z0-9_]*$/.test(name)
      ? []
      : [error("variable-name", at, `${JSON.stringify(name)} cannot name a variable`, "use letters, digits and _")];
  });
}

/** Terraform's regular expressions are RE2: no look-around, no references back. */
function patterns({ parameters }: Program): Diagnostic[] {
  return parameters
    .filter(({ pattern }) => pattern !== undefined && /\(\?[=!<]|\\[1-9]/.test(pattern))
    .map(({ name, pattern }) =>
      error(
        "pattern",
        `parameters.${name}`,
        `Terraform's regular expressions cannot say ${pattern}`,
        "write it without look-around and references back",
      ),
    );
}

/** Terraform keeps texts in Unicode's normal form C, so others would change on their way. */
function texts(program: Program): Diagnostic[] {
  return programPlaces(program).flatMap(({ at, node }) => {
    const found: Diagnostic[] = [];
    walk(node, (inner) => {
      if (inner.kind !== "literal" || typeof inner.value !== "string") return;
      if (!inner.value.isWellFormed() || inner.value.normalize("NFC") !== inner.value)
        found.push(
          error("text", at, `${JSON.stringify(inner.value)} is not in normal form C`, "write it in composed characters"),
        );
    });
    return found;
  });
}

function merges(program: Program): Diagnostic[] {
  return programPlaces(program).flatMap(({ at, node }) => {
    const found: Diagnostic[] = [];
    walk(node, (inner) => {
      if (inner.kind === "call" && inner.name === "union" && mayMergeDeeply(program, inner.args))
        found.push(
          error(
            "deep-merge",
            at,
            "union may merge an object into an object within; Terraform's merge replaces it",
            "write the inner object out, or merge it by itself",
          ),
        );
    });
    return found;
  });
}

/** AzAPI's unique_string disagrees with ARM's uniqueString for some inputs, so the name is asked for. */
function uniqueNames({ parameters }: Program): Diagnostic[] {
  return parameters
    .filter(({ default: initial }) => initial && callsUniqueString(initial))
    .map((parameter) => ({
      code: "emit.terraform.unique-string",
      severity: "warning",
      message: `${variableName(parameter)} has no default: no function of Terraform always agrees with uniqueString`,
      at: `parameters.${parameter.name}`,
      help: "give it; the ARM deployment shows the value it computed",
    }));
}

function concerns({ resources }: Program): Diagnostic[] {
  const wrong = new Set(resources.map(({ concern }) => concern).filter((concern) => !/^[a-z][a-z0-9-]*$/.test(concern)));
  return [...wrong].map((concern) =>
    error(
      "concern-name",
      `concerns.${concern}`,
      `${JSON.stringify(concern)} cannot name a file`,
      "use lower-case letters, digits and hyphens",
    ),
  );
}

function error(word: string, at: string, message: string, help: string): Diagnostic {
  return { code: `emit.terraform.${word}`, severity: "error", message, at, help };
}
