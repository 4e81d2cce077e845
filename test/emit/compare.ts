import type { JsonValue } from "../../src/base/index.ts";
import { emitBicep } from "../../src/emit/index.ts";
import { dependencies, deployedParameters, type EvaluationOptions, evaluateProgram, type Program } from "../../src/ir/index.ts";
import { type LinkedBicep, linkBicep, renamed } from "./bicep-linker.ts";

/** What a program deploys, without what Bicep arranges in its own way: the order of declarations and of waiting. */
function meaning(program: Program, options: EvaluationOptions) {
  const { parameters, resources, outputs } = evaluateProgram(program, options);
  const declared = deployedParameters(program);
  return {
    declared: declared.map(({ name, type, description, allowed, minValue, maxValue, minLength, maxLength }) => ({
      name,
      type,
      description,
      allowed,
      minValue,
      maxValue,
      minLength,
      maxLength,
    })),
    parameters: Object.fromEntries(declared.map(({ name }) => [name, parameters[name]])),
    outputs,
    resources: Object.fromEntries(resources.map((resource) => [resource.symbol, { ...resource, dependsOn: [] }])),
  };
}

/** The meaning of the definition and of its Bicep, the latter with what is wrong between its modules. */
export function compareBicep(program: Program, options: EvaluationOptions) {
  const { files, diagnostics } = emitBicep(program);
  if (files.size === 0) throw new Error(`nothing was printed: ${JSON.stringify(diagnostics)}`);
  const linked = calledAsDefined(program, linkBicep(files), options);
  return {
    defined: { ...meaning(program, options), unordered: [], mistyped: [] },
    printed: { ...meaning(linked.program, options), unordered: unordered(program, linked), mistyped: mistyped(linked, options) },
  };
}

/** What loops make has numbers in Bicep; the ids tell which symbols of the definition they are. */
function calledAsDefined(program: Program, linked: LinkedBicep, options: EvaluationOptions): LinkedBicep {
  const symbols = new Map(evaluateProgram(program, options).resources.map(({ id, symbol }) => [id, symbol]));
  const numbered = evaluateProgram(linked.program, options).resources.filter(({ symbol }) => symbol.endsWith("]"));
  const called = new Map(numbered.map(({ id, symbol }) => [symbol, symbols.get(id) ?? symbol]));
  return renamed(linked, (symbol) => called.get(symbol) ?? symbol);
}

/** What the definition wants before a resource and Bicep does not put there, not even through others. */
function unordered(program: Program, { program: read, moduleOrder }: LinkedBicep): string[] {
  const direct = new Map(
    [...dependencies(read)].map(([symbol, before]) => [symbol, [...before, ...(moduleOrder.get(symbol) ?? [])]]),
  );
  return [...dependencies(program)].flatMap(([symbol, wanted]) => {
    const reached = new Set<string>();
    const visit = (from: string) => {
      for (const before of direct.get(from) ?? []) {
        if (reached.has(before)) continue;
        reached.add(before);
        visit(before);
      }
    };
    visit(symbol);
    return [...wanted].filter((before) => !reached.has(before)).map((before) => `${symbol} before ${before}`);
  });
}

const TYPES: Record<string, (value: JsonValue) => boolean> = {
  string: (value) => typeof value === "string",
  int: Number.isInteger,
  bool: (value) => typeof value === "boolean",
  array: Array.isArray,
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/** Module parameters that get a value of another type than they declare. */
function mistyped({ program, passed }: LinkedBicep, options: EvaluationOptions): string[] {
  const outputs = passed.map(({ module, name, value }) => ({
    name: `${module}.${name}`,
    type: "object" as const,
    description: "",
    value,
  }));
  const values = evaluateProgram({ ...program, outputs }, options).outputs;
  return passed
    .filter(({ module, name, type }) => {
      const value = values[`${module}.${name}`] ?? null;
      return !(type.endsWith("?") && value === null) && !TYPES[type.replace("?", "")]?.(value);
    })
    .map(({ module, name, type }) => `${module}.${name} is no ${type}`);
}
