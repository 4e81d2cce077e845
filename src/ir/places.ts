import type { Node } from "./node.ts";
import { perProgram } from "./per-program.ts";

/** A node of a program, and where a message says that it stands. */
export interface Place {
  readonly at: string;
  readonly node: Node;
  /** Names and conditions must be known when the deployment starts; so must defaults, which may use parameters only. */
  readonly knows: "everything" | "deploy-time" | "parameters";
}

/** Everywhere that a program has an expression, in the order in which it is declared. */
export const programPlaces = perProgram((program): readonly Place[] => [
  ...program.parameters.flatMap(({ name, default: node }): Place[] =>
    node ? [{ at: `parameters.${name}`, node, knows: "parameters" }] : [],
  ),
  ...program.variables.map(({ name, value }): Place => ({ at: `variables.${name}`, node: value, knows: "everything" })),
  ...[...program.existing, ...program.resources].flatMap(({ symbol, name, condition }): Place[] => [
    { at: `resources.${symbol}.name`, node: name, knows: "deploy-time" },
    ...(condition ? [{ at: `resources.${symbol}.condition`, node: condition, knows: "deploy-time" } as const] : []),
  ]),
  ...program.resources.map(({ symbol, body }): Place => ({ at: `resources.${symbol}`, node: body, knows: "everything" })),
  ...program.outputs.map(({ name, value }): Place => ({ at: `outputs.${name}`, node: value, knows: "everything" })),
]);
