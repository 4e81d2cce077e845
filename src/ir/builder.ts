import { assert, type JsonValue } from "../base/index.ts";
import { type AnyInput, type Expr, expression, get, type Input, toNode } from "./expression.ts";
import { type Loop, makeMember, memberSymbol, type Table, type Template } from "./loop.ts";
import { type MemberHandle, memberHandle, type RowHandle, rowHandle } from "./loop-handles.ts";
import type { Node } from "./node.ts";
import type { ExistingResource, Output, Parameter, ParameterType, Program, Resource, Variable } from "./program.ts";

export interface ExistingDeclaration {
  /** `Microsoft.Network/virtualNetworks@2025-07-01` */
  readonly type: `${string}@${string}`;
  readonly name: Input<string>;
  readonly parent?: ResourceHandle;
  readonly scope?: ResourceHandle;
  readonly condition?: Input<boolean>;
}

export interface ResourceDeclaration extends ExistingDeclaration {
  readonly concern: string;
  readonly body: AnyInput;
  readonly dependsOn?: readonly ResourceHandle[];
  readonly onlyIfNotExists?: boolean;
  readonly comment?: string;
  /** Deploys to the subscription, through a nested deployment; takes rights there that a resource group's owner may lack. */
  readonly at?: "subscription";
}

/** A declared resource, as other declarations refer to it; referring to it makes the order. */
export interface ResourceHandle {
  readonly symbol: string;
  readonly id: Expr<string>;
  readonly name: Expr<string>;
  /** A value that is known once it is deployed: cluster.get("properties", "oidcIssuerProfile", "issuerURL"). */
  get<T = string>(...path: readonly [string, ...string[]]): Expr<T>;
  /** The same for a value that is no string: `vault.read<number>("int", "properties", "softDeleteRetentionInDays")`. */
  read<T>(type: "int" | "bool" | "array" | "object", ...path: readonly [string, ...string[]]): Expr<T>;
}

export interface ParameterDeclaration<T> extends Omit<Parameter, "name" | "type" | "default" | "allowed"> {
  readonly default?: Input<T>;
  readonly allowed?: readonly T[];
}

/** What resources of one shape differ in. */
export interface TableHandle<Fields> {
  readonly name: string;
  readonly row: RowHandle<Fields>;
}

/** A resource that is made for each row of a table, with the row's fields where resources differ. */
export interface LoopDeclaration extends Omit<ResourceDeclaration, "parent" | "scope" | "dependsOn" | "at"> {
  readonly parent?: ResourceHandle | MemberHandle;
  readonly scope?: ResourceHandle | MemberHandle;
  /** The symbol of what is made of the row with a key. */
  readonly symbol: (key: string) => string;
  readonly dependsOn?: (key: string) => readonly ResourceHandle[];
}

/** The resources that a loop made. */
export interface Members {
  at(key: string): ResourceHandle;
  /** In what another loop repeats: the one of a key that it knows. */
  of(key: Expr<string>): MemberHandle;
}

/** Collects declarations; `build()` freezes them. Names and symbols are unique, or it is the declarer's bug. */
export interface ProgramBuilder {
  string(name: string, declaration: ParameterDeclaration<string>): Expr<string>;
  int(name: string, declaration: ParameterDeclaration<number>): Expr<number>;
  bool(name: string, declaration: ParameterDeclaration<boolean>): Expr<boolean>;
  array<T extends JsonValue>(name: string, declaration: ParameterDeclaration<T[]>): Expr<T[]>;
  object<T extends object>(name: string, declaration: ParameterDeclaration<T>): Expr<T>;
  variable<T>(name: string, value: Input<T>, description?: string): Expr<T>;
  resource(symbol: string, declaration: ResourceDeclaration): ResourceHandle;
  /** Rows by their keys, each called an `item` where it is used; what a row leaves out has a default where it is used. */
  table<Fields extends { readonly [field: string]: AnyInput | undefined }>(
    name: string,
    item: string,
    rows: Readonly<Record<string, Fields>>,
  ): TableHandle<Fields>;
  /** Declares a resource for each row of a table; targets that have loops print one. */
  loop<Fields>(name: string, over: TableHandle<Fields>, make: (row: RowHandle<Fields>) => LoopDeclaration): Members;
  /** Names a resource that the program does not deploy; what refers to it waits for what it lies in. */
  existing(symbol: string, declaration: ExistingDeclaration): ResourceHandle;
  output(name: string, type: ParameterType, description: string, value: AnyInput): void;
  build(): Program;
}

/** Starts with nothing, or with what another program declares. */
export function createProgram(from?: Program): ProgramBuilder {
  const parameters: Parameter[] = [...(from?.parameters ?? [])];
  const variables: Variable[] = [...(from?.variables ?? [])];
  const resources: Resource[] = [...(from?.resources ?? [])];
  const existing: ExistingResource[] = [...(from?.existing ?? [])];
  const outputs: Output[] = [...(from?.outputs ?? [])];
  const tables: Table[] = [...(from?.tables ?? [])];
  const loops: Loop[] = [...(from?.loops ?? [])];
  const names = [...parameters, ...variables, ...tables, ...loops]
    .map(({ name }) => name)
    .concat([...resources, ...existing].map(({ symbol }) => symbol));
  const taken = new Set(names.map((name) => name.toLowerCase()));

  const claim = (name: string) => {
    const key = name.toLowerCase(); // ARM compares names of parameters, variables and symbols without regard to case
    assert(!taken.has(key), `${name} is declared twice`);
    taken.add(key);
  };

  const parameter = <T>(name: string, type: ParameterType, declaration: ParameterDeclaration<T>): Expr<T> => {
    claim(name);
    const { default: initial, allowed, ...rest } = declaration;
    parameters.push({
      ...rest,
      name,
      type,
      ...(initial === undefined ? {} : { default: toNode(initial) }),
      ...(allowed === undefined ? {} : { allowed: allowed as readonly JsonValue[] }),
    });
    return expression<T>({ kind: "parameter", name });
  };

  return {
    string: (name, declaration) => parameter(name, "string", declaration),
    int: (name, declaration) => parameter(name, "int", declaration),
    bool: (name, declaration) => parameter(name, "bool", declaration),
    array: (name, declaration) => parameter(name, "array", declaration),
    object: (name, declaration) => parameter(name, "object", declaration),

    variable: <T>(name: string, value: Input<T>, description?: string) => {
      claim(name);
      variables.push({ name, value: toNode(value), ...(description === undefined ? {} : { description }) });
      return expression<T>({ kind: "variable", name });
    },

    resource: (symbol, declaration) => {
      claim(symbol);
      resources.push(resourceOf(symbol, declaration));
      return resourceHandle(symbol);
    },

    existing: (symbol, declaration) => {
      claim(symbol);
      existing.push(identity(symbol, declaration));
      return resourceHandle(symbol);
    },

    output: (name, type, description, value) => {
      outputs.push({ name, type, description, value: toNode(value) });
    },

    table: (name, item, rows) => {
      claim(name);
      tables.push({
        name,
        item,
        rows: Object.entries(rows).map(([key, fields]) => {
          const node = toNode(fields);
          assert(node.kind === "object", "a row is an object");
          return { key, fields: node };
        }),
      });
      return { name, row: rowHandle(name, item) };
    },

    loop: (name, over, make) => {
      claim(name);
      const table = tables.find((candidate) => candidate.name === over.name);
      assert(table, `there is a table ${over.name}`);
      const declaration = make(over.row);
      const template = templateOf(declaration);
      const members = table.rows.map((row) => {
        const dependsOn = (declaration.dependsOn?.(row.key) ?? []).map((handle) => handle.symbol);
        return makeMember(template, table, row, { symbol: declaration.symbol(row.key), dependsOn, loops });
      });
      for (const { resource } of members) {
        claim(resource.symbol);
        resources.push(resource);
      }
      loops.push({ name, table: over.name, members, template });
      return { at: (key) => resourceHandle(memberSymbol(loops, name, key)), of: (key) => memberHandle(name, key) };
    },

    build: () => Object.freeze({ parameters, variables, resources, existing, outputs, tables, loops }),
  };
}

function resourceOf(symbol: string, declaration: ResourceDeclaration): Resource {
  const { dependsOn = [], at } = declaration;
  return {
    ...identity(symbol, declaration),
    ...content(declaration),
    dependsOn: dependsOn.map((handle) => handle.symbol),
    ...(at === undefined ? {} : { at }),
  };
}

function identity(symbol: string, declaration: ExistingDeclaration): ExistingResource {
  const { parent, scope } = declaration;
  return {
    symbol,
    ...kind(declaration),
    ...(parent === undefined ? {} : { parent: parent.symbol }),
    ...(scope === undefined ? {} : { scope: scope.symbol }),
  };
}

function templateOf(declaration: LoopDeclaration): Template {
  const { parent, scope } = declaration;
  const place = (handle: ResourceHandle | MemberHandle): Node =>
    "member" in handle ? handle.member : { kind: "resource", symbol: handle.symbol };
  return {
    ...kind(declaration),
    ...content(declaration),
    ...(parent === undefined ? {} : { parent: place(parent) }),
    ...(scope === undefined ? {} : { scope: place(scope) }),
  };
}

function kind({ type: typed, name, condition }: Pick<ExistingDeclaration, "type" | "name" | "condition">) {
  const [type = "", apiVersion = ""] = typed.split("@");
  return { type, apiVersion, name: toNode(name), ...(condition === undefined ? {} : { condition: toNode(condition) }) };
}

function content({
  concern,
  body,
  onlyIfNotExists = false,
  comment,
}: Pick<ResourceDeclaration, "concern" | "body" | "onlyIfNotExists" | "comment">) {
  return { concern, body: toNode(body), onlyIfNotExists, ...(comment === undefined ? {} : { comment }) };
}

/** What other declarations refer to a resource by, when only its symbol is at hand. */
export function resourceHandle(symbol: string): ResourceHandle {
  const self = expression<object>({ kind: "resource", symbol });
  return {
    symbol,
    id: get<string>(self, "id"),
    name: get<string>(self, "name"),
    get: <T>(...path: readonly [string, ...string[]]) => get<T>(self, ...path),
    read: <T>(type: "int" | "bool" | "array" | "object", ...path: readonly [string, ...string[]]) => {
      const { node } = get<T>(self, ...path);
      return expression<T>(node.kind === "access" ? { ...node, type } : node);
    },
  };
}
