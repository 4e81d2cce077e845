import { findCycle, type Node, type Program, programPlaces, resourceReferences, walk } from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { patterns } from "../arm/limits.ts";
import { holdsStructure } from "./expression.ts";
import { concernGraph, placeDeclarations } from "./placement.ts";
import { isIdentifier, KEYWORD_LITERALS } from "./quote.ts";

/** What Bicep cannot say. */
export function bicepLimits(program: Program): Diagnostic[] {
  const cycle = concernCycle(program);
  return [
    ...cycle,
    ...concernNames(program),
    // modules have an order, and with it a placement, only without a cycle
    ...(cycle.length > 0 ? [] : concernTargets(program)),
    ...identifiers(program),
    ...texts(program),
    ...keys(program),
    ...existingInMain(program),
    ...patterns(program, "bicep", "Bicep"),
  ];
}

function concernCycle(program: Program): Diagnostic[] {
  const cycle = findCycle(concernGraph(program));
  if (!cycle) return [];
  return [
    error(
      "concern-cycle",
      `concerns.${cycle[0]}`,
      `modules need each other: ${cycle.join(" needs ")}`,
      "move a resource to another concern",
    ),
  ];
}

/** A module has one target scope, and one that is not the resource group's is deployed whole or not at all. */
function concernTargets(program: Program): Diagnostic[] {
  const placement = placeDeclarations(program);
  return placement.concerns.flatMap((concern) => {
    const resources = placement.resourcesOf(concern);
    if (resources.every(({ at }) => at === undefined)) return [];
    const [first] = resources;
    const isOne = resources.every(
      ({ at, condition }) => at === first?.at && JSON.stringify(condition) === JSON.stringify(first?.condition),
    );
    const references = resourceReferences(program);
    const known = new Set(program.existing.map(({ symbol }) => symbol));
    const sees = resources.some(({ name, body }) =>
      [name, body].some((node) => [...references(node)].some((symbol) => known.has(symbol))),
    );
    const reads = resources.some(({ name, body }) => [name, body].some(takesWholeGroup));
    return [
      ...(isOne
        ? []
        : [
            error(
              "concern-target",
              `concerns.${concern}`,
              `${concern} is deployed partly to the subscription, or under several conditions`,
              "give what goes to the subscription under one condition a concern of its own",
            ),
          ]),
      ...(sees
        ? [
            error(
              "existing-elsewhere",
              `concerns.${concern}`,
              "an existing resource of the group is referred to where it is not found",
              "pass its id through a resource of the group",
            ),
          ]
        : []),
      ...(reads
        ? [
            error(
              "whole-group",
              `concerns.${concern}`,
              "resourceGroup() is used as a whole where it means nothing",
              "read one of its members",
            ),
          ]
        : []),
    ];
  });
}

function takesWholeGroup(start: Node): boolean {
  let found = false;
  walk(start, (node) => {
    if (node.kind === "access" && node.of.kind === "call" && node.of.name === "resourceGroup") return false;
    found ||= node.kind === "call" && node.name === "resourceGroup";
    return !found;
  });
  return found;
}

/** Hidden by a declaration, these could not be used in the same file. */
const NEEDED: ReadonlySet<string> = new Set([
  "sys",
  "az",
  "description",
  "allowed",
  "minValue",
  "maxValue",
  "minLength",
  "maxLength",
  "onlyIfNotExists",
]);

/** A concern is a file name as well. */
function concernNames(program: Program): Diagnostic[] {
  const wrong = new Set(
    program.resources.map((resource) => resource.concern).filter((concern) => !/^[a-z][a-z0-9-]*$/.test(concern)),
  );
  return [...wrong].map((concern) =>
    error(
      "concern-name",
      `concerns.${concern}`,
      `${JSON.stringify(concern)} cannot name a module file`,
      "use lower-case letters, digits and hyphens",
    ),
  );
}

function identifiers(program: Program): Diagnostic[] {
  const names = [
    ...program.parameters.map(({ name }) => ({ name, at: `parameters.${name}` })),
    ...program.variables.map(({ name }) => ({ name, at: `variables.${name}` })),
    ...[...program.existing, ...program.resources].map(({ symbol }) => ({ name: symbol, at: `resources.${symbol}` })),
    ...program.outputs.map(({ name }) => ({ name, at: `outputs.${name}` })),
  ];
  const hiding = names
    .filter(({ name, at }) => NEEDED.has(name) && !at.startsWith("outputs."))
    .map(({ name, at }) => error("identifier", at, `${name} would hide what Bicep calls ${name}`, "rename it"));
  const invalid = names
    .filter(({ name }) => !isIdentifier(name) || KEYWORD_LITERALS.has(name) || name.length > 255)
    .map(({ name, at }) =>
      error("identifier", at, `${JSON.stringify(name)} is no identifier in Bicep`, "use letters, digits and _, at most 255"),
    );
  return [...hiding, ...invalid];
}

/** A key that is an expression is an interpolated string, which takes no array or object literal. */
function keys(program: Program): Diagnostic[] {
  return programPlaces(program).flatMap(({ at, node }) => {
    const found: Diagnostic[] = [];
    walk(node, (inner) => {
      if (inner.kind !== "object" || !inner.entries.some(([key]) => holdsStructure(key))) return;
      found.push(
        error("structured-key", at, "a key is computed from an array or object literal", "make a variable of the literal"),
      );
    });
    return found;
  });
}

/** The main file learns what a module made only when that has run, which is too late to name a resource by it. */
function existingInMain(program: Program): Diagnostic[] {
  const symbols = new Set(program.existing.map(({ symbol }) => symbol));
  if (symbols.size === 0) return [];
  const placement = placeDeclarations(program);
  const inMain = [
    ...program.variables
      .filter(({ name }) => placement.homeOf(name) === undefined)
      .map(({ name, value }) => ({ at: `variables.${name}`, value })),
    ...program.outputs.map(({ name, value }) => ({ at: `outputs.${name}`, value })),
  ];
  const referred = resourceReferences(program);
  return inMain.flatMap(({ at, value }) =>
    [...referred(value)]
      .filter((symbol) => symbols.has(symbol))
      .map((symbol) =>
        error("existing-in-main", at, `the main file would read the existing resource ${symbol}`, "refer to what makes it"),
      ),
  );
}

/** Bicep source is Unicode text, so half a surrogate pair cannot be in it. */
function texts(program: Program): Diagnostic[] {
  return programPlaces(program).flatMap(({ at, node }) => {
    const found: Diagnostic[] = [];
    walk(node, (inner) => {
      if (inner.kind === "literal" && typeof inner.value === "string" && !inner.value.isWellFormed()) {
        found.push(error("text", at, `${JSON.stringify(inner.value)} has half a surrogate pair`, "use well-formed text"));
      }
    });
    return found;
  });
}

function error(word: string, at: string, message: string, help: string): Diagnostic {
  return { code: `emit.bicep.${word}`, severity: "error", message, at, help };
}
