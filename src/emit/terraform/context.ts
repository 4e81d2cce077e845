import { assert } from "../../base/index.ts";
import {
  constantValue,
  dependencies,
  type ExistingResource,
  inferTypes,
  type Loop,
  type LoopPlace,
  loopPlaces,
  type Node,
  type NodeOf,
  type Parameter,
  type Program,
  referents,
  type ValueType,
  walk,
} from "../../ir/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { createNames } from "../bicep/names.ts";
import { exportedPaths } from "./exports.ts";
import { isInherent } from "./inherent.ts";
import { canLoop } from "./loopable.ts";
import { snakeCase, variableName } from "./names.ts";
import { quote } from "./quote.ts";
import { itemKind } from "./variable-types.ts";

/** What the files of one emission share. */
export interface TerraformContext {
  readonly program: Program;
  readonly typeOf: (node: Node) => ValueType;
  readonly resource: (symbol: string) => ExistingResource;
  /** True for a resource that the program does not deploy: Terraform has no address for it. */
  isExisting(symbol: string): boolean;
  /** Symbols of what comes before a resource. */
  before(symbol: string): ReadonlySet<string>;
  /** The paths that a resource's `output` has. */
  exportsOf(symbol: string): readonly string[];
  /** The block that makes a resource: `["azapi_resource", "aks_cluster"]`. */
  address(symbol: string): readonly [kind: string, label: string];
  /** `azapi_resource.aks_cluster`, or `azapi_resource.private_endpoints["blob"]` for what a loop makes. */
  instance(symbol: string): string;
  /** What loops make, by symbol. */
  readonly places: ReadonlyMap<string, LoopPlace>;
  loop(name: string): Loop;
  loopAddress(name: string): readonly [kind: string, label: string];
  /** Symbols of the resources that a loop makes. */
  membersOf(loop: string): readonly string[];
  /** `var.x`, or `local.x` when the default is computed. */
  parameter(name: string): string;
  /** The name of a local without `local.`. */
  local(name: string): string;
  report(at: string, word: string, message: string, help: string): void;
  /** What came up while printing. */
  readonly problems: readonly Diagnostic[];
}

export function createContext(program: Program): TerraformContext {
  const resources = referents(program);
  const parameters = new Map(program.parameters.map((parameter) => [parameter.name, parameter]));
  const uniqueLabel = createNames([]);
  const uniqueLocal = createNames([]);
  const places = loopPlaces(program, (table, over) => canLoop(program, table, over));
  const loops = new Map(program.loops.map((loop) => [loop.name, loop]));
  const blocks = new Set(program.resources.map(({ symbol }) => places.get(symbol)?.loop.loop.name ?? symbol));
  const labels = new Map([...blocks].map((name) => [name, uniqueLabel(snakeCase(name))]));
  const computed = program.parameters.filter(hasComputedDefault);
  const locals = new Map(
    [
      ...computed.map((parameter) => [parameter.name, variableName(parameter)] as const),
      ...[...program.variables, ...program.tables].map(({ name }) => [name, snakeCase(name)] as const),
    ].map(([name, wish]) => [name, uniqueLocal(wish)]),
  );
  const before = dependencies(program);
  const exports = exportedPaths(program);
  const problems: Diagnostic[] = [];

  const infer = inferTypes(program);

  const resource = (symbol: string): ExistingResource => {
    const found = resources.get(symbol);
    assert(found, `resource ${symbol} is declared`);
    return found;
  };

  const kindOf = (type: Pick<ExistingResource, "type">) => (isInherent(type) ? "azapi_update_resource" : "azapi_resource");
  const loop = (name: string): Loop => {
    const found = loops.get(name);
    assert(found, `loop ${name} is declared`);
    return found;
  };
  const loopAddress = (name: string) => [kindOf(loop(name).template), labels.get(name) ?? name] as const;
  const address = (symbol: string) => {
    const place = places.get(symbol);
    if (place !== undefined) return loopAddress(place.loop.loop.name);
    return [kindOf(resource(symbol)), labels.get(symbol) ?? symbol] as const;
  };

  return {
    program,
    typeOf: (node) => (node.kind === "parameter" ? parameterType(program, infer, node) : infer(node)),
    resource,
    isExisting: (symbol) => program.existing.some((existing) => existing.symbol === symbol),
    before: (symbol) => before.get(symbol) ?? new Set(),
    exportsOf: (symbol) => exports.get(symbol) ?? [],
    address,
    instance: (symbol) => {
      const place = places.get(symbol);
      return `${address(symbol).join(".")}${place === undefined ? "" : `[${quote(place.key)}]`}`;
    },
    places,
    loop,
    loopAddress,
    membersOf: (name) => loop(name).members.flatMap(({ resource: { symbol } }) => (places.has(symbol) ? [symbol] : [])),
    parameter: (name) => {
      const parameter = parameters.get(name);
      assert(parameter, `parameter ${name} is declared`);
      const local = locals.get(name);
      return local !== undefined && hasComputedDefault(parameter) ? `local.${local}` : `var.${variableName(parameter)}`;
    },
    local: (name) => locals.get(name) ?? name,
    report: (at, word, message, help) => {
      problems.push({ code: `emit.terraform.${word}`, severity: "error", message, at, help });
    },
    problems,
  };
}

/** An array whose default is empty does not show what it holds; what it is joined with does. */
function parameterType(program: Program, infer: (node: Node) => ValueType, node: NodeOf<"parameter">): ValueType {
  const type = infer(node);
  const parameter = program.parameters.find(({ name }) => name === node.name);
  if (!parameter || type.kind !== "array" || (type.item && type.item.kind !== "unknown")) return type;
  const kind = itemKind(program, infer, parameter);
  return kind === undefined ? type : { ...type, item: { kind, nullable: false } };
}

/** Terraform's defaults are constants; a default with an expression in it becomes a local. */
export function hasComputedDefault({ default: node }: Parameter): boolean {
  return node !== undefined && constantValue(node) === undefined && !callsUniqueString(node);
}

/** Terraform cannot compute it, so the caller gives the value. */
export function isRequired({ default: node }: Parameter): boolean {
  return node === undefined || callsUniqueString(node);
}

export function callsUniqueString(start: Node): boolean {
  let found = false;
  walk(start, (node) => {
    found ||= node.kind === "call" && node.name === "uniqueString";
    return !found;
  });
  return found;
}
