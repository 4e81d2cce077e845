import type { CloudHost, TypeSpec } from "../../../contract.ts";
import { ASSET_KINDS } from "./kinds.ts";
import { assetContainer, assetVersion } from "./versions.ts";

export { compareVersions, listAssets } from "./listing.ts";

export function assetTypes(host: CloudHost): TypeSpec[] {
  return ASSET_KINDS.flatMap((kind) => [assetContainer(host, kind), assetVersion(host, kind)]);
}
