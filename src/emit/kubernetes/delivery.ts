import type { JsonObject } from "../../base/index.ts";

/** An object of the Kubernetes API and the comment above it. */
export interface Manifest {
  readonly reason: string;
  readonly object: JsonObject;
}

/** A kustomize folder. */
export interface Layer {
  readonly about: string;
  readonly files: Readonly<Record<string, readonly Manifest[]>>;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly patches?: readonly JsonObject[];
}

/** Layers by folder below `kubernetes/`, and files for `kubernetes/flux/`. */
export interface Delivery {
  readonly layers: Readonly<Record<string, Layer>>;
  readonly flux: Readonly<Record<string, readonly Manifest[]>>;
}
