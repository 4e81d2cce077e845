import { assert } from "../../base/index.ts";
import type { ProviderModule, TypeSpec } from "../contract.ts";

export interface RegisteredType {
  readonly namespace: string;
  /** Canonical casing, with the namespace. */
  readonly type: string;
  readonly spec: TypeSpec;
}

/** Every type that this cloud has, found without regard to case. */
export interface Registry {
  readonly modules: readonly ProviderModule[];
  namespace(name: string): ProviderModule | undefined;
  type(fullType: string): RegisteredType | undefined;
}

/** Modules that share a namespace (workspaces here, endpoints there) act as one. */
export function createRegistry(modules: readonly ProviderModule[]): Registry {
  const namespaces = new Map<string, ProviderModule>();
  const types = new Map<string, RegisteredType>();
  for (const module of modules) {
    const key = module.namespace.toLowerCase();
    const known = namespaces.get(key);
    namespaces.set(key, known === undefined ? module : merge(known, module));
    for (const spec of module.types) {
      const type = `${module.namespace}/${spec.type}`;
      assert(!types.has(type.toLowerCase()), `${type} has one provider`);
      types.set(type.toLowerCase(), { namespace: module.namespace, type, spec });
    }
  }
  return {
    modules: [...namespaces.values()],
    namespace: (name) => namespaces.get(name.toLowerCase()),
    type: (fullType) => types.get(fullType.toLowerCase()),
  };
}

function merge(a: ProviderModule, b: ProviderModule): ProviderModule {
  return {
    namespace: a.namespace,
    types: [...a.types, ...b.types],
    actions: [...(a.actions ?? []), ...(b.actions ?? [])],
    planes: [...(a.planes ?? []), ...(b.planes ?? [])],
  };
}
