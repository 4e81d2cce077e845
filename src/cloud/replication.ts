/**
 * How long a write to the directory takes to be seen everywhere, on the virtual clock. Azure's own takes seconds to
 * minutes; a rehearsal has none unless it is told to, through the control endpoint.
 */
export interface Replication {
  /** From a role assignment's PUT until it permits anything. */
  roleMs: number;
  /** From a principal's making until role assignments find it without `principalType`. */
  principalMs: number;
}

export function noReplicationDelay(): Replication {
  return { roleMs: 0, principalMs: 0 };
}
