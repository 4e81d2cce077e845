import { idKey } from "../../azure/index.ts";
import type { JsonObject } from "../../base/index.ts";
import type { CloudClock, Store } from "../contract.ts";
import { isoDuration } from "./iso-duration.ts";

/** One step of a deployment: it appears when the step starts and changes when it ends. */
export interface OperationRow {
  readonly operationId: string;
  readonly deploymentId: string;
  /** Position in the order of starting. */
  readonly sequence: number;
  readonly provisioningOperation: "Create" | "Read" | "Delete" | "EvaluateDeploymentOutput";
  readonly state: "Running" | "Succeeded" | "Failed" | "Canceled";
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly trackingId: string;
  /** `OK`, `Created`, `Conflict`: the HTTP status by name. */
  readonly statusCode?: string;
  readonly error?: JsonObject;
  readonly resource?: {
    readonly id: string;
    readonly resourceType: string;
    readonly resourceName: string;
    readonly symbolicName?: string;
  };
}

export interface OperationRows {
  start(deploymentId: string, row: Pick<OperationRow, "provisioningOperation" | "resource">): OperationRow;
  end(row: OperationRow, result: Pick<OperationRow, "state" | "statusCode" | "error">): void;
  list(deploymentId: string): OperationRow[];
  clear(deploymentId: string): void;
}

const COLLECTION = "deployment-operations";

export function createOperationRows(host: { store: Store; clock: CloudClock; newGuid(): string }): OperationRows {
  const { clock, store } = host;
  const keyOf = (row: Pick<OperationRow, "deploymentId" | "operationId">) => `${idKey(row.deploymentId)}/${row.operationId}`;
  const list = (deploymentId: string) =>
    store
      .list<OperationRow>(COLLECTION, `${idKey(deploymentId)}/`)
      .map(({ value }) => value)
      .sort((a, b) => a.sequence - b.sequence);
  const sequences = new Map<string, number>();
  const nextSequence = (deploymentId: string) => {
    const last = sequences.get(idKey(deploymentId)) ?? list(deploymentId).at(-1)?.sequence ?? 0;
    sequences.set(idKey(deploymentId), last + 1);
    return last + 1;
  };
  return {
    start: (deploymentId, row) => {
      const started: OperationRow = {
        ...row,
        deploymentId,
        operationId: host.newGuid().replaceAll("-", "").slice(0, 16).toUpperCase(),
        sequence: nextSequence(deploymentId),
        state: "Running",
        startedAt: clock.now(),
        trackingId: host.newGuid(),
      };
      store.put(COLLECTION, keyOf(started), started);
      return started;
    },
    end: (row, result) => {
      // A later run of the same name has cleared the rows of a canceled one whose steps were still ending.
      if (store.get(COLLECTION, keyOf(row)) !== undefined)
        store.put(COLLECTION, keyOf(row), { ...row, ...result, endedAt: clock.now() });
    },
    list,
    clear: (deploymentId) =>
      store.transaction(() => {
        for (const { key } of store.list(COLLECTION, `${idKey(deploymentId)}/`)) store.delete(COLLECTION, key);
      }),
  };
}

/** What the list of a deployment's operations shows. */
export function presentOperation(row: OperationRow, now: number): JsonObject {
  const { endedAt, error, resource, startedAt, statusCode } = row;
  return {
    id: `${row.deploymentId}/operations/${row.operationId}`,
    operationId: row.operationId,
    properties: {
      provisioningOperation: row.provisioningOperation,
      provisioningState: row.state,
      timestamp: new Date(endedAt ?? startedAt).toISOString(),
      duration: isoDuration((endedAt ?? now) - startedAt),
      trackingId: row.trackingId,
      ...(statusCode === undefined ? {} : { statusCode }),
      ...(error === undefined ? {} : { statusMessage: { status: "Failed", error } }),
      ...(resource === undefined ? {} : { targetResource: { ...resource } }),
    },
  };
}

const STATUS_NAMES: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  409: "Conflict",
  412: "PreconditionFailed",
  429: "TooManyRequests",
  500: "InternalServerError",
  503: "ServiceUnavailable",
};

export const statusName = (status: number): string => STATUS_NAMES[status] ?? String(status);
