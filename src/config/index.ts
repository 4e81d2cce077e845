import type { Customisation } from "../platform/index.ts";

/** What `quayside.config.ts` exports by default. */
export interface Config extends Customisation {
  /** The resource group that commands work on when neither `--resource-group` nor RESOURCE_GROUP names one. */
  readonly resourceGroup?: string;
  /** The folder with `release.yml` and its Azure ML files that commands take when `--model` names none. */
  readonly model?: string;
}

/**
 * Gives a configuration its type.
 *
 * @example
 * export default defineConfig({
 *   parameters: { environmentName: "staging", aksNodeCount: 4 },
 *   extend: (platform) => platform.override("storageAccount", { properties: { allowBlobPublicAccess: false } }),
 * });
 */
export function defineConfig(config: Config): Config {
  return config;
}

export {
  type AnyInput,
  and,
  call,
  type Expr,
  entries,
  equals,
  get,
  greater,
  type Input,
  not,
  or,
  type ParameterDeclaration,
  type ResourceDeclaration,
  type ResourceHandle,
  text,
  when,
} from "../ir/index.ts";
export { type Customisation, type Extension, type ParameterValues, type Profile, replaced } from "../platform/index.ts";
