import { type AccessChain, accessPath, type Node, type Parameter } from "../../ir/index.ts";
import type { Doc } from "../doc/index.ts";
import { type BicepContext, literalPath, typeName } from "./context.ts";
import type { Reference } from "./expression.ts";
import { decorated, describe, parameterDoc } from "./layout.ts";
import { camelCase } from "./names.ts";

/** A value that a module takes from the main file. */
export interface ModuleParameter {
  readonly name: string;
  readonly doc: Doc;
  /** What the main file passes, in the words of the definition. */
  readonly value: Node;
  /** Sorts parameters as people read them: the platform's own, then shared values, then what other modules made. */
  readonly rank: number;
}

/** Collects what a module takes from outside while it is printed. */
export function createImports(context: BicepContext) {
  const { program } = context;
  const known = new Map<string, ModuleParameter>();
  const add = (key: string, make: () => ModuleParameter): ModuleParameter => {
    const parameter = known.get(key) ?? make();
    known.set(key, parameter);
    return parameter;
  };

  return {
    parameter: (name: string): string => {
      const rank = program.parameters.findIndex((parameter) => parameter.name === name);
      const declaration = program.parameters[rank] as Parameter;
      return add(name, () => ({ name, doc: parameterDoc(declaration), value: { kind: "parameter", name }, rank })).name;
    },
    variable: (name: string, keys: readonly Node[]): Reference => {
      const path = typedPath(context, name, literalPath(keys));
      const value = accessPath({ kind: "variable", name }, path);
      const index = program.variables.findIndex((variable) => variable.name === name);
      const type = context.typeOf(value);
      const { name: identifier } = add([name, ...path].join("."), () => {
        const wish = path.length === 0 ? name : context.nameFor([name, ...path].join("."), camelCase([name, ...path]));
        const description =
          path.length === 0
            ? (program.variables[index]?.description ?? `${name} of the platform.`)
            : `${[name, ...path].join(".")} of the platform.`;
        return {
          name: wish,
          doc: taken(wish, context.typeWord(type, `variables.${[name, ...path].join(".")}`), description),
          value,
          rank: 1000 + index,
        };
      });
      return { identifier, keys: keys.slice(path.length), nullable: type.nullable };
    },
    resource: (symbol: string, chain: AccessChain): Reference => {
      const output = context.output(symbol, chain);
      const { name: identifier } = add([symbol, ...output.path].join("."), () => ({
        name: output.name,
        doc: taken(
          output.name,
          context.typeWord(output.type, `resources.${[output.symbol, ...output.path].join(".")}`),
          output.description,
        ),
        value: output.node,
        rank: 2000,
      }));
      return { identifier, keys: chain.keys.slice(output.path.length), nullable: output.type.nullable };
    },
    resourceGroup: (keys: readonly Node[]): Reference => {
      const path = literalPath(keys.slice(0, 1));
      const key = ["resourceGroup()", ...path].join(".");
      const value = accessPath({ kind: "call", name: "resourceGroup", args: [] }, path);
      const { name: identifier } = add(key, () => {
        const name = context.nameFor(key, camelCase(["resourceGroup", ...path]));
        const type = context.typeWord(context.typeOf(value), key);
        return { name, doc: taken(name, type, `${path.join(".")} of the resource group of the platform.`), value, rank: 1500 };
      });
      return { identifier, keys: keys.slice(path.length), nullable: false };
    },
    all: (): ModuleParameter[] => [...known.values()].sort((a, b) => a.rank - b.rank),
  };
}

/** As much of a path as leads to a value whose type is known. */
function typedPath(context: BicepContext, name: string, path: readonly string[]): readonly string[] {
  const node = accessPath({ kind: "variable", name }, path);
  return path.length === 0 || typeName(context.typeOf(node)) !== undefined ? path : typedPath(context, name, path.slice(0, -1));
}

function taken(name: string, type: string, description: string): Doc {
  return decorated([describe(description)], `param ${name} ${type}`);
}
