import type { EmitResult } from "../result.ts";
import type { Delivery } from "./delivery.ts";
import { kubernetesLimits } from "./limits.ts";
import { kustomization, manifests } from "./yaml.ts";

export type { Delivery, Layer, Manifest } from "./delivery.ts";

/** What belongs on the cluster as a kustomize tree below `kubernetes/`: layers that build on each other, and Flux's way to them. */
export function emitKubernetes(delivery: Delivery): EmitResult {
  const diagnostics = kubernetesLimits(delivery);
  if (diagnostics.length > 0) return { files: new Map(), diagnostics };
  const files = new Map<string, string>();
  for (const [folder, layer] of Object.entries(delivery.layers)) {
    files.set(`kubernetes/${folder}/kustomization.yaml`, kustomization(kindOf(folder), layer));
    for (const [name, objects] of Object.entries(layer.files)) files.set(`kubernetes/${folder}/${name}`, manifests(objects));
  }
  for (const [name, objects] of Object.entries(delivery.flux)) files.set(`kubernetes/flux/${name}`, manifests(objects));
  return { files, diagnostics };
}

/** A component only changes what another layer brings. */
function kindOf(folder: string): "Component" | "Kustomization" {
  return folder.startsWith("components/") ? "Component" : "Kustomization";
}
