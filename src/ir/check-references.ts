import type { Diagnostic } from "../report/index.ts";
import type { Node } from "./node.ts";
import { type Place, programPlaces } from "./places.ts";
import { missing, problem } from "./problem.ts";
import { type Program, referents } from "./program.ts";
import { accessChain, isRuntimeAccess, literalKey, walk } from "./walk.ts";

/** What nodes refer to must be declared, and known early enough for the place they are in. */
export function checkReferences(program: Program): Diagnostic[] {
  return programPlaces(program).flatMap((place) => references(program, place));
}

function references(program: Program, { at, node, knows }: Place): Diagnostic[] {
  const found: Diagnostic[] = [];
  const parameters = program.parameters.map((parameter) => parameter.name);
  const variables = new Map(program.variables.map((variable) => [variable.name, variable.value]));
  const symbols = [...referents(program).keys()];
  const seen = new Set<string>();

  const visit = (start: Node, direct: boolean) =>
    walk(start, (inner) => {
      if (inner.kind === "access") {
        const chain = accessChain(inner);
        if (chain.root.kind !== "resource") return;
        if (direct) found.push(...checkMember(chain.root.symbol, chain.keys[0], symbols, at));
        if (referents(program).get(chain.root.symbol)?.at !== undefined && isRuntimeAccess(chain)) {
          found.push(
            problem(
              "subscription-read",
              at,
              `${chain.root.symbol} is deployed to the subscription, and ${literalKey(chain.keys[0])} of it is read`,
              "use id or name",
            ),
          );
        }
        if (knows === "deploy-time" && isRuntimeAccess(chain)) {
          found.push(
            problem(
              "runtime-value",
              at,
              `${chain.root.symbol}.${literalKey(chain.keys[0])} is known only after deployment`,
              "use id, name or a parameter",
            ),
          );
        }
        if (knows === "parameters")
          found.push(
            problem(
              "parameter-default",
              at,
              `a default refers to resource ${chain.root.symbol}`,
              "use parameters and functions only",
            ),
          );
        for (const key of chain.keys) visit(key, direct);
        return false;
      }
      if (inner.kind === "resource" && direct) {
        found.push(
          problem("bare-resource", at, `resource ${inner.symbol} is used as a value`, "refer to one of its members, such as id"),
        );
      }
      if (inner.kind === "item" || inner.kind === "member" || inner.kind === "map") {
        const name = inner.kind === "item" ? inner.name : inner.kind === "member" ? inner.loop : inner.item;
        found.push(problem("loop-value", at, `${name} is used outside of its loop`, "use it in what the loop repeats"));
        return false;
      }
      if (inner.kind === "parameter" && direct && !parameters.includes(inner.name)) {
        found.push(missing("parameter", inner.name, parameters, at));
      }
      if (inner.kind === "variable") {
        if (knows === "parameters")
          found.push(
            problem("parameter-default", at, `a default refers to variable ${inner.name}`, "use parameters and functions only"),
          );
        const value = variables.get(inner.name);
        if (value === undefined) {
          if (direct) found.push(missing("variable", inner.name, [...variables.keys()], at));
        } else if (!seen.has(inner.name)) {
          seen.add(inner.name);
          visit(value, false);
        }
      }
    });

  visit(node, true);
  return found;
}

function checkMember(symbol: string, key: Node | undefined, symbols: readonly string[], at: string): Diagnostic[] {
  if (!symbols.includes(symbol)) return [missing("resource", symbol, symbols, at)];
  if (literalKey(key) !== undefined) return [];
  return [problem("dynamic-member", at, `a member of resource ${symbol} is chosen by an expression`, "name the member")];
}
