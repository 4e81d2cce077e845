import { isObject, type JsonObject, type JsonValue } from "../base/index.ts";
import { type Diagnostic, DiagnosticsError, hasErrors } from "../report/index.ts";
import { checkProgram } from "./check.ts";
import { EvaluationError } from "./evaluate-functions.ts";
import { createEvaluator, type EvaluationOptions, type Evaluator } from "./evaluator.ts";
import { dependencies } from "./graph.ts";
import { checkParameters, checkValue } from "./parameters.ts";
import type { Program, Resource } from "./program.ts";
import { settle, type UnknownPlace } from "./value.ts";

export interface EvaluatedResource {
  readonly symbol: string;
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  /** As ARM shows it: `cluster/pool` for a child. */
  readonly name: string;
  readonly concern: string;
  /** False: the resource is not deployed. Its body is empty then, as ARM does not evaluate it. */
  readonly condition: boolean;
  /** Symbols of the resources that come before. */
  readonly dependsOn: readonly string[];
  readonly onlyIfNotExists: boolean;
  readonly body: JsonObject;
  /** Where in the body a text stands for a value that is known only after deployment. */
  readonly unknown: readonly UnknownPlace[];
}

export interface Evaluation {
  readonly parameters: Readonly<Record<string, JsonValue>>;
  readonly resources: readonly EvaluatedResource[];
  readonly outputs: Readonly<Record<string, JsonValue>>;
}

/**
 * Computes what ARM would: parameters with their defaults, each resource's id and body, outputs.
 * Bad values and impossible expressions are thrown together as a `DiagnosticsError`.
 */
export function evaluateProgram(program: Program, options: EvaluationOptions): Evaluation {
  const found = [...checkProgram(program), ...checkParameters(program, options.parameters)];
  if (hasErrors(found)) throw new DiagnosticsError(found);

  const problems: Diagnostic[] = [];
  const attempt = <T>(at: string, work: () => T, instead: T): T => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      problems.push({ code: "program.evaluation", severity: "error", message: error.message, at });
      return instead;
    }
  };

  const evaluator = createEvaluator(program, options);
  const before = dependencies(program);
  const parameters = Object.fromEntries(
    program.parameters.map(({ name }) => [
      name,
      attempt(`parameters.${name}`, () => settle(evaluator.parameter(name)).json, null),
    ]),
  );
  for (const parameter of program.parameters) {
    const value = parameters[parameter.name] ?? null; // null: it could not be evaluated, which is reported already
    if (value !== null) problems.push(...checkValue(parameter, value));
  }
  const resources = program.resources.map((resource) =>
    attempt(
      `resources.${resource.symbol}`,
      () => evaluateResource(resource, evaluator, before.get(resource.symbol) ?? new Set()),
      undefined,
    ),
  );
  const outputs = Object.fromEntries(
    program.outputs.map(({ name, value }) => [name, attempt(`outputs.${name}`, () => settle(evaluator.value(value)).json, null)]),
  );
  if (problems.length > 0) throw new DiagnosticsError(problems);
  return { parameters, resources: resources.filter((resource) => resource !== undefined), outputs };
}

function evaluateResource(resource: Resource, evaluator: Evaluator, before: ReadonlySet<string>): EvaluatedResource {
  const condition = evaluator.isDeployed(resource.symbol);
  const { json, unknown } = settle(condition ? evaluator.value(resource.body) : {});
  return {
    symbol: resource.symbol,
    id: evaluator.id(resource.symbol),
    type: resource.type,
    apiVersion: resource.apiVersion,
    name: evaluator.names(resource.symbol).join("/"),
    concern: resource.concern,
    condition,
    dependsOn: [...before],
    onlyIfNotExists: resource.onlyIfNotExists,
    body: isObject(json) ? json : {},
    unknown,
  };
}
