import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { deployedParameters, type Program } from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";

/** What Azure Resource Manager takes in one template. */
const MOST = { parameters: 256, variables: 512, resources: 800, outputs: 64 } as const;
const MOST_BYTES = 4 * 1024 * 1024;
const LONGEST_EXPRESSION = 24_576;

/** What an ARM template cannot say or cannot hold. */
export function armLimits(program: Program, template: JsonObject, text: string): Diagnostic[] {
  const counts = (["parameters", "variables", "resources", "outputs"] as const).flatMap((section) => {
    const count = Object.keys(template[section] ?? {}).length;
    return count <= MOST[section]
      ? []
      : [error(`too-many-${section}`, section, `${count} ${section}; ARM takes ${MOST[section]}`, "split the definition")];
  });
  const bytes = new TextEncoder().encode(text).length;
  const size =
    bytes <= MOST_BYTES
      ? []
      : [error("too-large", "template", `the template has ${bytes} bytes; ARM takes ${MOST_BYTES}`, "split the definition")];
  return [...counts, ...size, ...longExpressions(template, ""), ...patterns(program, "arm", "ARM")];
}

function longExpressions(value: JsonValue | undefined, at: string): Diagnostic[] {
  if (typeof value === "string") {
    const isExpression = value.startsWith("[") && !value.startsWith("[[") && value.endsWith("]");
    if (!isExpression || value.length <= LONGEST_EXPRESSION) return [];
    return [
      error(
        "expression-too-long",
        at,
        `an expression has ${value.length} characters; ARM takes ${LONGEST_EXPRESSION}`,
        "make a variable of a part of it",
      ),
    ];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => longExpressions(item, `${at}[${index}]`));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => longExpressions(item, at === "" ? key : `${at}.${key}`));
}

/** Neither ARM nor Bicep has a pattern for parameters, or keys for an object of any shape; Quayside checks both before it deploys, others have to know. */
export function patterns(program: Program, target: string, words: string): Diagnostic[] {
  const unchecked = (name: string, what: string): Diagnostic => ({
    code: `emit.${target}.pattern`,
    severity: "warning",
    message: `${words} cannot check ${what}`,
    at: `parameters.${name}`,
    help: "Quayside checks it before it deploys",
  });
  return deployedParameters(program).flatMap(({ name, pattern, keys }) => [
    ...(pattern === undefined ? [] : [unchecked(name, `that ${name} matches ${pattern}`)]),
    ...(keys === undefined ? [] : [unchecked(name, `which keys ${name} has`)]),
  ]);
}

function error(word: string, at: string, message: string, help: string): Diagnostic {
  return { code: `emit.arm.${word}`, severity: "error", message, at, help };
}
