import { asString, type JsonValue } from "../../base/index.ts";
import { constantValue, type Program } from "../../ir/index.ts";
import { armParameters } from "../arm/index.ts";

/** Every value that needs no deployment to be known: what was given, and constant defaults. */
export function allParameters(program: Program, given: Readonly<Record<string, JsonValue>>): string {
  const defaults = program.parameters.flatMap(({ name, default: node }) => {
    const value = constantValue(node);
    return value === undefined ? [] : [[name, value] as const];
  });
  return json(armParameters(program, { ...Object.fromEntries(defaults), ...given }));
}

/** The beginning of a file for each value of the parameter that has files of its own. */
export function ownParameters(program: Program): (readonly [string, string])[] {
  const chooser = program.parameters.find(({ filePerValue }) => filePerValue);
  if (chooser?.allowed === undefined) return [];
  return chooser.allowed.map((value) => [
    `bicep/parameters.${asString(value)}.json`,
    json(armParameters(program, { [chooser.name]: value })),
  ]);
}

const json = (value: object) => `${JSON.stringify(value, undefined, 2)}\n`;
