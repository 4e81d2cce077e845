import type { JsonObject } from "../../../../base/index.ts";

/** The four kinds of assets: a container by name, versions below it. */
export interface AssetKind {
  readonly collection: "codes" | "models" | "environments" | "data";
  /** The member of a version that says where its files are; environments have none. */
  readonly uri?: string;
  /** Members of a version that are fixed with it, beside the path. */
  readonly fixed: readonly string[];
  /** What a version has that was not sent. */
  readonly defaults: JsonObject;
}

const COMMON = { description: null, tags: {}, properties: {}, isAnonymous: false, isArchived: false };

export const ASSET_KINDS: readonly AssetKind[] = [
  { collection: "codes", uri: "codeUri", fixed: [], defaults: COMMON },
  // Clients read `flavors` without asking whether it is there.
  {
    collection: "models",
    uri: "modelUri",
    fixed: ["modelType"],
    defaults: { ...COMMON, modelType: "custom_model", flavors: {} },
  },
  { collection: "data", uri: "dataUri", fixed: ["dataType"], defaults: COMMON },
  {
    collection: "environments",
    fixed: ["image", "condaFile", "build", "osType", "inferenceConfig"],
    defaults: { ...COMMON, osType: "Linux" },
  },
];

export const MODEL_TYPES = ["custom_model", "mlflow_model", "triton_model"];
export const DATA_TYPES = ["uri_file", "uri_folder", "mltable"];
