import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { JsonObject } from "../../src/base/index.ts";
import { repository } from "./quayside.ts";

interface Kustomization {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly unknown[];
}

/** The objects of an overlay of the committed `kubernetes/` folder, for clients that have no kustomize. Refuses overlays with patches. */
export function objectsOfOverlay(overlay: string): JsonObject[] {
  return objectsBelow(join(repository, "kubernetes", "overlays", overlay));
}

function objectsBelow(folder: string): JsonObject[] {
  const [{ resources = [], components = [], patches = [] } = {}] = read(join(folder, "kustomization.yaml")) as Kustomization[];
  if (patches.length > 0) throw new Error(`${folder} has patches, which only kustomize lays over objects`);
  return [...resources, ...components].flatMap((name) =>
    name.endsWith(".yaml") ? read(join(folder, name)) : objectsBelow(join(folder, name)),
  );
}

function read(file: string): JsonObject[] {
  return parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" }).map((document) => document.toJS() as JsonObject);
}
