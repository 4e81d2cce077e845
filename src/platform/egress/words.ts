import { assert } from "../../base/index.ts";
import { call, type Expr, get, type Input, type ResourceHandle, text } from "../../ir/index.ts";
import type { MlRegistry } from "../ml-registry.ts";
import type { Settings } from "../settings.ts";

export interface NamedServices {
  readonly storage: ResourceHandle;
  readonly registry: ResourceHandle;
  readonly vault: ResourceHandle;
  readonly mlRegistry: MlRegistry;
}

/** What stands for the words in braces of a rule. Suffixes come from the cloud; those of registry and vault start with a dot. */
export function words(settings: Settings, services: NamedServices): Readonly<Record<string, Expr<string>>> {
  const suffix = (name: string) => get<string>(call("environment"), "suffixes", name);
  return {
    region: settings.region,
    storage: suffix("storage"),
    registry: suffix("acrLoginServer"),
    vault: suffix("keyvaultDns"),
    storageName: services.storage.name,
    registryName: services.registry.name,
    vaultName: services.vault.name,
    mlRegistryStorage: services.mlRegistry.storage.name,
    mlRegistryImages: services.mlRegistry.images.name,
  };
}

/** `{region}.api.azureml.ms` with its words filled in. */
export function fill(pattern: string, known: Readonly<Record<string, Expr<string>>>): Input<string> {
  const pieces = pattern.split(/\{(\w+)\}/); // text and word in turn
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return pattern;
  return rest.reduce<Expr<string>>((made, piece, at) => {
    const word = at % 2 === 0 ? known[piece] : piece;
    assert(word !== undefined, `${pattern} has the word ${piece}, which stands for nothing`);
    return text`${made}${word}`;
  }, text`${first}`);
}
