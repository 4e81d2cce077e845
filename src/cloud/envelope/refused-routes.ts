import type { ArmHandler } from "../contract.ts";
import { faults } from "./faults.ts";

/** What Resource Manager itself can do above all providers and the embedded Azure cannot, by method and path. */
const REFUSED: readonly { readonly method: RegExp; readonly path: RegExp; readonly feature: string }[] = [
  {
    method: /^POST$/,
    path: /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(move|validatemove)resources$/i,
    feature: "moving resources (moveResources, validateMoveResources)",
  },
  {
    method: /^POST$/,
    path: /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/exporttemplate$/i,
    feature: "the export of a resource group as a template (exportTemplate)",
  },
  { method: /./, path: /^\/subscriptions\/[^/]+\/tagnames(\/|$)/i, feature: "predefined tags (tagNames)" },
];

/** Refuses them by name, so that nobody takes a missing feature for a mistake in the address. */
export const refusedRoutes: ArmHandler = async ({ method, path }) => {
  const found = REFUSED.find((refused) => refused.method.test(method) && refused.path.test(path));
  if (found !== undefined) throw faults.unsupported(found.feature);
  return undefined;
};
