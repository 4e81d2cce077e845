import { isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { evaluate, namesIn, type Resolve, text } from "./terraform-evaluator.ts";
import { type Block, type Configuration, type Raw, readModule } from "./terraform-reader.ts";

export interface Surroundings {
  readonly subscriptionId: string;
  readonly tenantId: string;
  readonly resourceGroup: { readonly name: string; readonly location: string };
  /** A deployed resource by its id. */
  readonly deployed: (id: string) => JsonValue;
}

export interface ReadResource {
  /** Of the block that makes it. */
  readonly address: string;
  readonly id: string;
  readonly type: string;
  readonly apiVersion: string;
  readonly file: string;
  readonly body: JsonObject;
  readonly onlyIfNotExists: boolean;
}

export interface ReadModule {
  readonly resources: readonly ReadResource[];
  readonly outputs: Readonly<Record<string, JsonValue>>;
  /** What validations say of the given values. */
  readonly refused: readonly string[];
  /** From the address of each resource to those that Terraform makes first. */
  readonly order: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Computes what Terraform would ask AzAPI for, from the text of a module and values of its variables. */
export async function evaluateModule(
  files: ReadonlyMap<string, string>,
  values: Readonly<Record<string, JsonValue>>,
  at: Surroundings,
): Promise<ReadModule> {
  const module = await readModule(files);
  const locals = new Map<string, Promise<JsonValue>>();
  const instances = new Map<string, Promise<JsonValue>>();
  const memoized = (known: Map<string, Promise<JsonValue>>, name: string, compute: () => Promise<JsonValue>) => {
    const value = known.get(name) ?? compute();
    known.set(name, value);
    return value;
  };

  const variable = async (name: string): Promise<JsonValue> => {
    const declared = module.variables[name];
    if (!declared) throw new Error(`there is no variable ${name}`);
    const given = values[name];
    return given !== undefined && (given !== null || declared.nullable !== false)
      ? given
      : evaluate(declared.default ?? null, resolve);
  };

  const resolve: Resolve = async ([root, name = "", ...rest]) => {
    const key = String(name);
    if (root === "var") return { value: await variable(key), rest };
    if (root === "local")
      return { value: await memoized(locals, key, () => evaluate(declaredLocal(module, key), resolve)), rest };
    if (root === "data") return { value: dataOf(at, `${key}.${rest[0]}`), rest: rest.slice(1) };
    const address = `${root}.${key}`;
    return { value: await memoized(instances, address, () => instance(address)), rest };
  };

  const block = (address: string): Block => {
    const found = module.resources[address];
    if (!found) throw new Error(`there is no ${address}`);
    return found;
  };

  /** The instances that a block makes, each with what its expressions see: one, none, or one for each key. */
  const instancesOf = async (address: string): Promise<{ key?: string; sees: Resolve }[]> => {
    const { count, for_each: rows } = block(address);
    if (count !== undefined && (await evaluate(count, resolve)) === 0) return [];
    if (rows === undefined) return [{ sees: resolve }];
    const made = await evaluate(rows, resolve);
    if (!isObject(made)) throw new Error(`for_each of ${address} is no object`);
    return Object.entries(made).map(([key, value]) => ({
      key,
      sees: async ([root, name, ...rest]) => {
        if (root === "each") return { value: name === "key" ? key : (value ?? null), rest };
        return resolve([root ?? "", ...(name === undefined ? [] : [name]), ...rest]);
      },
    }));
  };

  const idOf = async (address: string, sees: Resolve) => {
    const { type, parent_id, name } = block(address);
    const [path = ""] = text(type).split("@");
    const parent = text(await evaluate(parent_id ?? "", sees));
    const segments = path.split("/");
    const below = segments.length > 2 ? `/${segments.at(-1)}/` : `/providers/${path}/`;
    return `${parent}${below}${text(await evaluate(name ?? "", sees))}`;
  };

  /** What other blocks see of it: a list when it has a count, an object when it has keys. */
  const instance = async (address: string): Promise<JsonValue> => {
    const { count, for_each: rows, name, response_export_values: exported } = block(address);
    const made = await Promise.all(
      (await instancesOf(address)).map(async ({ key, sees }) => {
        const id = await idOf(address, sees);
        const output = select(at.deployed(id), (exported ?? []) as string[]);
        return [key ?? "", { id, name: await evaluate(name ?? "", sees), output }] as const;
      }),
    );
    if (rows !== undefined) return Object.fromEntries(made);
    const list = made.map(([, self]) => self);
    return count === undefined ? (list[0] ?? null) : list;
  };

  const readResource = async (address: string): Promise<ReadResource[]> =>
    Promise.all((await instancesOf(address)).map(({ sees }) => readInstance(address, sees)));

  const readInstance = async (address: string, sees: Resolve): Promise<ReadResource> => {
    const { type, body, location, tags, identity, lifecycle } = block(address);
    const [path = "", apiVersion = ""] = text(type).split("@");
    const whole = {
      ...(body === undefined ? {} : ((await evaluate(body, sees)) as JsonObject)),
      ...(location === undefined ? {} : { location: await evaluate(location, sees) }),
      ...(tags === undefined ? {} : { tags: await evaluate(tags, sees) }),
      ...(identity === undefined ? {} : { identity: await identityOf(identity, sees) }),
    };
    const [rules] = (lifecycle ?? []) as Block[];
    return {
      address,
      id: await idOf(address, sees),
      type: path,
      apiVersion,
      file: module.file[address] ?? "",
      body: whole,
      onlyIfNotExists: isIgnored(rules, block(address)),
    };
  };

  const addresses = Object.keys(module.resources);
  return {
    resources: (await Promise.all(addresses.map(readResource))).flat(),
    outputs: Object.fromEntries(
      await Promise.all(
        Object.entries(module.outputs).map(async ([name, { value }]) => [name, await evaluate(value ?? null, resolve)] as const),
      ),
    ),
    refused: await refusals(module, resolve),
    order: await orderOf(module),
  };
}

function declaredLocal({ locals }: Configuration, name: string): Raw {
  const found = locals[name];
  if (found === undefined) throw new Error(`there is no local ${name}`);
  return found;
}

function dataOf({ subscriptionId, tenantId, resourceGroup }: Surroundings, address: string): JsonValue {
  const subscription = `/subscriptions/${subscriptionId}`;
  const known: Record<string, JsonValue> = {
    "azapi_client_config.current": {
      subscription_id: subscriptionId,
      subscription_resource_id: subscription,
      tenant_id: tenantId,
    },
    "azapi_resource.resource_group": { id: `${subscription}/resourceGroups/${resourceGroup.name}`, ...resourceGroup, tags: {} },
  };
  const found = known[address];
  if (found === undefined) throw new Error(`there is no data ${address}`);
  return found;
}

async function identityOf(raw: Raw, resolve: Resolve): Promise<JsonValue> {
  const [block] = raw as Block[];
  const ids = block?.identity_ids === undefined ? undefined : ((await evaluate(block.identity_ids, resolve)) as string[]);
  return {
    type: await evaluate(block?.type ?? "", resolve),
    ...(ids === undefined ? {} : { userAssignedIdentities: Object.fromEntries(ids.map((id) => [id, {}])) }),
  };
}

/** Changes of everything that is sent are ignored. */
function isIgnored(rules: Block | undefined, block: Block): boolean {
  if (rules === undefined) return false;
  const ignored = new Set(((rules.ignore_changes ?? []) as string[]).map((text) => text.replace(/^\$\{(.*)\}$/, "$1")));
  return ["body", "location", "tags", "identity"].every((name) => block[name] === undefined || ignored.has(name));
}

/** Only what is exported can be read. */
function select(resource: JsonValue, paths: readonly string[]): JsonObject {
  const found: JsonObject = {};
  for (const path of paths) {
    let from: JsonValue | undefined = resource;
    let to = found;
    const words = path.split(".");
    for (const [at, word] of words.entries()) {
      from = isObject(from) ? from[word] : undefined;
      if (from === undefined) break;
      if (at === words.length - 1) to[word] = from;
      else {
        const next = isObject(to[word]) ? to[word] : {};
        to[word] = next;
        to = next;
      }
    }
  }
  return found;
}

async function refusals({ variables }: Configuration, resolve: Resolve): Promise<string[]> {
  const checked = await Promise.all(
    Object.entries(variables).map(async ([name, { validation }]) => {
      const conditions = ((validation ?? []) as Block[]).map(({ condition }) => evaluate(condition ?? true, resolve));
      return (await Promise.all(conditions)).every((held) => held === true) ? [] : [name];
    }),
  );
  return checked.flat();
}

async function orderOf({ resources, locals }: Configuration): Promise<Map<string, Set<string>>> {
  const named = new Map<string, string[]>();
  for (const [name, raw] of Object.entries(locals)) named.set(`local.${name}`, await namesIn(raw));
  for (const [address, raw] of Object.entries(resources)) named.set(address, await namesIn(raw));
  const reach = (name: string, seen: Set<string>): Set<string> => {
    for (const next of named.get(name) ?? []) {
      if (seen.has(next)) continue;
      seen.add(next);
      reach(next, seen);
    }
    return seen;
  };
  return new Map(Object.keys(resources).map((address) => [address, reach(address, new Set())]));
}
