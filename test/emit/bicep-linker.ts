import {
  accessChain,
  type ExistingResource,
  fold,
  isRuntimeAccess,
  literalKey,
  type Node,
  type NodeTable,
  type Output,
  type Parameter,
  type ParameterType,
  type Program,
  type Resource,
  walk,
} from "../../src/ir/index.ts";
import { expandLoops } from "./bicep-loops.ts";
import { type BicepFile, parseBicep } from "./bicep-parser.ts";

/** What linked files say: one program without modules or variables, and the value that each module parameter gets. */
export interface LinkedBicep {
  readonly program: Program;
  readonly passed: readonly { readonly module: string; readonly name: string; readonly type: string; readonly value: Node }[];
  /** From each resource to the symbols that a module call puts before it. */
  readonly moduleOrder: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Links `bicep/main.bicep` with its modules; anything undeclared, unused, missing or unsafe throws. */
export function linkBicep(files: ReadonlyMap<string, string>): LinkedBicep {
  const parse = (path: string): BicepFile => {
    const file = parseBicep(files.get(`bicep/${path}`) ?? complain(`there is no file ${path}`));
    if (path !== "main.bicep") checkUse(file); // the parameters of the main file are the definition's to use
    const expanded = expandLoops(file);
    checkForgiven(expanded);
    return expanded;
  };
  const main = parse("main.bicep");
  const modules = main.modules.map(({ name, path, condition, body }) => {
    const call = members(body);
    const scope = call.get("scope");
    const target = scope?.kind === "call" ? scope.name : undefined;
    const file = parse(path);
    if (file.targetScope !== target) complain(`${path} is for ${file.targetScope ?? "a resource group"}, not for ${target}`);
    // of two resource groups of a subscription each needs a deployment of its own there
    if (target !== undefined && !JSON.stringify(call.get("name")).includes("uniqueString"))
      complain(`${name} has no name of its own`);
    return {
      condition,
      target: target === "subscription" ? target : undefined,
      name,
      concern: path.replace(/^modules\/(.*)\.bicep$/, "$1"),
      file,
      args: members(call.get("params")),
      after: items(call.get("dependsOn")).map(identifier),
    };
  });
  const moduleOf = (name: string) => modules.find((module) => module.name === name);
  const declared = modules.flatMap(({ file }) => file.resources.filter(({ existing }) => !existing));

  const inMain = linker(main, (name, go) => {
    const parameter = main.parameters.find((candidate) => candidate.name === name);
    if (parameter) return { kind: "parameter", name };
    const variable = main.variables.find((candidate) => candidate.name === name);
    return variable ? go(variable.value) : complain(`main.bicep does not declare ${name}`);
  });
  const inModule = new Map(
    modules.map((module) => [
      module.name,
      linker(module.file, (name, go) => {
        if (module.file.parameters.some((candidate) => candidate.name === name))
          return inMain(module.args.get(name) ?? complain(`${module.name} is not given ${name}`));
        const variable = module.file.variables.find((candidate) => candidate.name === name);
        if (variable) return go(variable.value);
        return module.file.resources.some(({ symbol }) => symbol === name)
          ? { kind: "resource", symbol: symbolIn(module.name, name) }
          : complain(`${module.name} does not declare ${name}`);
      }),
    ]),
  );
  const link = (module: string, node: Node): Node => inModule.get(module)?.(node) ?? complain(`there is no module ${module}`);

  function linker(file: BicepFile, identify: (name: string, go: (node: Node) => Node) => Node): (node: Node) => Node {
    const go: (node: Node) => Node = fold<Node>({
      ...REBUILD,
      variable: ({ name }) => identify(name, go),
      access: (node, inner) => {
        const { root, keys } = accessChain(node);
        const module = root.kind === "variable" && file === main ? moduleOf(root.name) : undefined;
        if (module) {
          const [, name, ...rest] = keys;
          const output =
            module.file.outputs.find((candidate) => candidate.name === literalKey(name)) ??
            complain(`${module.name} has no output ${literalKey(name)}`);
          return rest.reduce<Node>((of, key) => ({ kind: "access", of, key: inner(key) }), link(module.name, output.value));
        }
        const parameter = root.kind === "variable" ? file.parameters.find(({ name }) => name === root.name) : undefined;
        if (parameter?.type.endsWith("?") && node.of === root && !file.safe.has(node)) {
          complain(`${parameter.name} may be null and is not read with .?`);
        }
        const owner = root.kind === "variable" ? file.resources.find(({ symbol }) => symbol === root.name) : undefined;
        const linked: Node = { kind: "access", of: inner(node.of), key: inner(node.key) };
        if (owner?.condition && node.of.kind === "variable" && isRuntimeAccess(accessChain(linked)) && !isGuarded(file, node)) {
          complain(`${owner.symbol}.${literalKey(node.key)} may be null and is not read with .?`);
        }
        return linked;
      },
    });
    return go;
  }

  /** What another module makes is declared as existing, by its symbol or, if a loop makes it, by a name of its own. */
  function symbolIn(module: string, name: string): string {
    const existing = moduleOf(module)?.file.resources.find((candidate) => candidate.existing && candidate.symbol === name);
    const given = existing && members(existing.body).get("name");
    if (given === undefined || declared.some(({ symbol }) => symbol === name)) return name;
    const { root, keys } = accessChain(link(module, given));
    return root.kind === "resource" && literalKey(keys[0]) === "name" ? root.symbol : name;
  }

  const resources = modules.flatMap(({ name, concern, file, target, condition: ofModule }) =>
    file.resources.flatMap(({ symbol, type, existing, condition, body, decorators }): Resource[] => {
      const found = members(body);
      const given = found.get("name") ?? complain(`${symbol} has no name`);
      if (existing) {
        const original = declared.find((candidate) => candidate.symbol === symbolIn(name, symbol));
        if (original === undefined) return [];
        if (original.type !== type) complain(`${symbol} is ${original.type}, not ${type}`);
        const { root, keys } = accessChain(link(name, given));
        if (root.kind !== "resource" || root.symbol !== original.symbol || literalKey(keys[0]) !== "name")
          complain(`${symbol} has another name`);
        return [];
      }
      const place = (key: string) => (found.has(key) ? { [key]: symbolIn(name, identifier(found.get(key))) } : {});
      const own = ["parent", "scope", "name", "dependsOn"];
      const [resourceType = "", apiVersion = ""] = type.split("@");
      return [
        {
          symbol,
          type: resourceType,
          apiVersion,
          concern,
          name: link(name, given),
          ...place("parent"),
          ...place("scope"),
          ...(condition ? { condition: link(name, condition) } : {}),
          ...(ofModule ? { condition: inMain(ofModule) } : {}),
          ...(target ? { at: target } : {}),
          body: {
            kind: "object",
            entries: [...found]
              .filter(([key]) => !own.includes(key))
              .map(([key, value]) => [{ kind: "literal", value: key }, link(name, value)]),
          },
          dependsOn: items(found.get("dependsOn")).map(identifier),
          onlyIfNotExists: Object.hasOwn(decorators, "onlyIfNotExists"),
        },
      ];
    }),
  );

  // what no module deploys; modules that refer to it say the same of it
  const existing = new Map<string, ExistingResource>();
  for (const { name, file } of modules) {
    for (const { symbol, type, existing: isExisting, condition, body } of file.resources) {
      if (!isExisting || declared.some((candidate) => candidate.symbol === symbolIn(name, symbol))) continue;
      const found = members(body);
      const [resourceType = "", apiVersion = ""] = type.split("@");
      const place = (key: string) => (found.has(key) ? { [key]: symbolIn(name, identifier(found.get(key))) } : {});
      const read: ExistingResource = {
        symbol,
        type: resourceType,
        apiVersion,
        name: link(name, found.get("name") ?? complain(`${symbol} has no name`)),
        ...place("parent"),
        ...place("scope"),
        ...(condition ? { condition: link(name, condition) } : {}),
      };
      const before = existing.get(symbol) ?? read;
      if (JSON.stringify(before) !== JSON.stringify(read)) complain(`${symbol} is not the same everywhere`);
      existing.set(symbol, read);
    }
  }

  const parameters = main.parameters.map(({ name, type, default: initial, decorators }): Parameter => {
    const value = (key: string) => literalValue(decorators[key]);
    const bounds = Object.fromEntries(
      ["minValue", "maxValue", "minLength", "maxLength"].flatMap((key) => (value(key) === undefined ? [] : [[key, value(key)]])),
    );
    return {
      name,
      type: type as ParameterType,
      description: String(value("description")),
      ...bounds,
      ...(decorators.allowed ? { allowed: items(decorators.allowed).map((item) => literalValue(item) ?? null) } : {}),
      ...(initial ? { default: inMain(initial) } : {}),
    };
  });
  const outputs = main.outputs.map(
    ({ name, type, decorators, value }): Output => ({
      name,
      type: type.replace("?", "") as ParameterType,
      description: String(literalValue(decorators.description)),
      value: inMain(value),
    }),
  );

  const passed = modules.flatMap(({ name: module, file, args }) => {
    const unknown = [...args.keys()].filter((name) => !file.parameters.some((parameter) => parameter.name === name));
    if (unknown.length > 0) complain(`${module} has no parameter ${unknown.join(", ")}`);
    return file.parameters.map(({ name, type }) => ({
      module,
      name,
      type,
      value: inMain(args.get(name) ?? complain(`${module} is not given ${name}`)),
    }));
  });
  const moduleOrder = new Map(
    modules.flatMap(({ args, after, file }) => {
      const before = new Set(after);
      for (const arg of args.values()) modulesIn(arg, before);
      const symbols = new Set(
        [...before].flatMap(
          (module) =>
            moduleOf(module)
              ?.file.resources.filter(({ existing }) => !existing)
              .map(({ symbol }) => symbol) ?? [],
        ),
      );
      return file.resources.filter(({ existing }) => !existing).map(({ symbol }) => [symbol, symbols] as const);
    }),
  );
  function modulesIn(node: Node, found: Set<string>): void {
    walk(node, (inner) => {
      if (inner.kind !== "variable") return;
      if (moduleOf(inner.name)) found.add(inner.name);
      const value = main.variables.find((variable) => variable.name === inner.name)?.value;
      if (value) modulesIn(value, found);
    });
  }

  const program = { parameters, variables: [], resources, existing: [...existing.values()], outputs, tables: [], loops: [] };
  return { program, passed, moduleOrder };
}

/** The same with resources called otherwise. */
export function renamed({ program, passed, moduleOrder }: LinkedBicep, called: (symbol: string) => string): LinkedBicep {
  const go: (node: Node) => Node = fold<Node>({
    ...REBUILD,
    resource: (node) => ({ ...node, symbol: called(node.symbol) }),
  });
  const place = <T extends ExistingResource>(resource: T): T => ({
    ...resource,
    symbol: called(resource.symbol),
    name: go(resource.name),
    ...(resource.parent === undefined ? {} : { parent: called(resource.parent) }),
    ...(resource.scope === undefined ? {} : { scope: called(resource.scope) }),
    ...(resource.condition === undefined ? {} : { condition: go(resource.condition) }),
  });
  return {
    program: {
      ...program,
      parameters: program.parameters.map((parameter) =>
        parameter.default ? { ...parameter, default: go(parameter.default) } : parameter,
      ),
      resources: program.resources.map((resource) => ({
        ...place(resource),
        body: go(resource.body),
        dependsOn: resource.dependsOn.map(called),
      })),
      existing: program.existing.map(place),
      outputs: program.outputs.map((output) => ({ ...output, value: go(output.value) })),
    },
    passed: passed.map((one) => ({ ...one, value: go(one.value) })),
    moduleOrder: new Map([...moduleOrder].map(([symbol, before]) => [called(symbol), new Set([...before].map(called))])),
  };
}

/** The same node again, its parts rebuilt. */
const REBUILD: NodeTable<Node> = {
  literal: (node) => node,
  array: (node, go) => ({ ...node, items: node.items.map(go) }),
  object: (node, go) => ({ ...node, entries: node.entries.map(([key, value]) => [go(key), go(value)] as const) }),
  concat: (node, go) => ({ ...node, parts: node.parts.map(go) }),
  parameter: (node) => node,
  variable: (node) => node,
  resource: (node) => node,
  access: (node, go) => ({ ...node, of: go(node.of), key: go(node.key) }),
  call: (node, go) => ({ ...node, args: node.args.map(go) }),
  condition: (node, go) => ({ ...node, test: go(node.test), consequent: go(node.consequent), alternate: go(node.alternate) }),
  item: (node) => node,
  member: (node, go) => ({ ...node, key: go(node.key) }),
  map: (node, go) => ({ ...node, list: go(node.list), value: go(node.value) }),
};

/** A parameter, a variable or an existing resource that nothing uses is a warning in Bicep and a mistake here. */
export function checkUse(file: BicepFile): void {
  const used = new Set<string>();
  const nodes = [...file.variables, ...file.outputs]
    .map(({ value }) => value)
    .concat(
      file.parameters.flatMap(({ default: initial }) => initial ?? []),
      file.modules.flatMap(({ body, condition }) => [body, ...(condition ? [condition] : [])]),
      file.resources.flatMap(({ body, condition, loop }) => [
        body,
        ...(condition ? [condition] : []),
        ...(loop ? [loop.list] : []),
      ]),
    );
  for (const node of nodes) walk(node, (inner) => void (inner.kind === "variable" && used.add(inner.name)));
  const names = [...file.parameters, ...file.variables].map(({ name }) => name);
  const existing = file.resources.filter((resource) => resource.existing).map(({ symbol }) => symbol);
  const unused = [...names, ...existing].filter((name) => !used.has(name));
  if (unused.length > 0) complain(`nothing uses ${unused.join(", ")}`);
}

const isGuarded = ({ safe, forgiven }: BicepFile, node: Node) => safe.has(node) || forgiven.has(node);

/** `!` may stand only where the conditions of the resource that reads are at least those of the resource that is read. */
function checkForgiven({ resources, variables, outputs, forgiven }: BicepFile): void {
  for (const { symbol, condition, body } of resources) {
    const own = new Set(conjuncts(condition));
    walk(body, (node) => {
      if (node.kind !== "access" || !forgiven.has(node)) return;
      const name = node.of.kind === "variable" ? node.of.name : complain(`${symbol} has ! after what is no resource`);
      const owner = resources.find((candidate) => candidate.symbol === name) ?? complain(`${name}! is no resource of the file`);
      if (owner.condition === undefined || conjuncts(owner.condition).some((part) => !own.has(part)))
        complain(`${symbol} reads ${name} with !, which its condition does not bear out`);
    });
  }
  for (const { value } of [...variables, ...outputs])
    walk(value, (node) => void (forgiven.has(node) && complain("a value that has no condition is read with !")));
  for (const { condition } of resources)
    if (condition) walk(condition, (node) => void (forgiven.has(node) && complain("a condition is read with !")));
}

function conjuncts(node: Node | undefined): string[] {
  if (node?.kind === "call" && node.name === "and") return node.args.flatMap(conjuncts);
  return node === undefined ? [] : [JSON.stringify(node)];
}

function members(node: Node | undefined): Map<string, Node> {
  if (node === undefined) return new Map();
  if (node.kind !== "object") return complain("an object is expected");
  return new Map(node.entries.map(([key, value]) => [literalKey(key) ?? complain("a plain key is expected"), value]));
}

const items = (node: Node | undefined): readonly Node[] => (node?.kind === "array" ? node.items : []);
const literalValue = (node: Node | undefined) => (node?.kind === "literal" ? node.value : undefined);

function identifier(node: Node | undefined): string {
  return node?.kind === "variable" ? node.name : complain("an identifier is expected");
}

function complain(message: string): never {
  throw new Error(message);
}
