/** What somebody wants to do: one request, as authorizers see it. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  /** The plural; `*` for every one. */
  readonly resource: string;
  readonly subresource?: string;
  /** Absent at the scope of the cluster. */
  readonly namespace?: string;
  readonly name?: string;
}

/** Of paths that are no resources: `/version`. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export interface Decision {
  readonly allowed: boolean;
  /** Who allowed it, or what would. */
  readonly reason: string;
}
