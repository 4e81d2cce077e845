import { randomUUID } from "node:crypto";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { ArmFault, type CloudClock, type Endpoints, type Store } from "../contract.ts";

/** A long-running operation as it is kept; times are virtual. */
export interface Operation {
  readonly id: string;
  readonly kind: "write" | "delete" | "action";
  readonly resourceId: string;
  readonly namespace: string;
  readonly subscriptionId: string;
  readonly location: string;
  readonly apiVersion: string;
  /** Object id of whoever started it. */
  readonly startedBy: string;
  readonly startTime: number;
  readonly dueTime: number;
  readonly endTime?: number;
  readonly status: "InProgress" | "Succeeded" | "Failed" | "Canceled";
  readonly error?: JsonObject;
  readonly errorStatus?: number;
  /** Of a DELETE, without the `?`: what it asked for (`forceToPurge=true`) has to outlive a restart. */
  readonly query?: string;
  /** What an action gives in the end. */
  readonly result?: JsonValue;
}

export type NewOperation = Omit<
  Operation,
  "id" | "startTime" | "dueTime" | "endTime" | "status" | "error" | "errorStatus" | "result"
> & {
  readonly durationMs: number;
};

/** Does the work of an operation when its time has come; throws what makes it fail. */
export type Work = (signal: AbortSignal) => Promise<JsonValue | undefined>;

export interface Operations {
  /** Stores the operation; nothing runs before `run`. */
  create(operation: NewOperation): Operation;
  /** Runs the work in the background after the operation's duration; `failed` is told before the operation says so. */
  run(operation: Operation, work: Work, failed?: () => void): void;
  get(id: string): Operation | undefined;
  /** Resolves when the operation has ended; throws its fault when it failed. */
  ended(id: string): Promise<Operation>;
  /** The running operation on a resource. */
  active(resourceId: string): Operation | undefined;
  /** Ends the running operation on a resource as canceled. */
  cancel(resourceId: string): Promise<void>;
  /** As `cancel`, but leaves a delete alone: it is what asks. */
  cancelOther(resourceId: string): Promise<void>;
  /** Those that a former run left in progress. */
  unfinished(): Operation[];
  fail(operation: Operation, fault: ArmFault): void;
  /** The two addresses that clients poll. */
  urls(operation: Operation): { readonly status: string; readonly result: string };
  /** Makes the next operation on a matching resource fail or lose a poll. */
  setFault(fault: (operation: Operation) => ArmFault | undefined): void;
  /** Stops all work; what runs stays in progress in the store, for the next run to take up. */
  close(): Promise<void>;
}

const COLLECTION = "operations";
/** Ended operations older than this (virtual) are forgotten when a new run starts. */
const KEEP_MS = 24 * 3_600_000;

export function createOperations(options: {
  store: Store;
  clock: CloudClock;
  endpoints: Endpoints;
  log: (event: string, fields?: JsonObject) => void;
}): Operations {
  const { clock, endpoints, log, store } = options;
  const running = new Map<
    string,
    { readonly resourceKey: string; readonly abort: AbortController; readonly done: Promise<void> }
  >();
  let injected: (operation: Operation) => ArmFault | undefined = () => undefined;

  const get = (id: string) => store.get<Operation>(COLLECTION, id.toLowerCase());
  const save = (operation: Operation) => store.put(COLLECTION, operation.id, operation);
  const fail = (operation: Operation, fault: ArmFault) => {
    save({ ...operation, status: "Failed", endTime: clock.now(), error: fault.toError(), errorStatus: fault.status });
    log("operation.failed", { id: operation.id, resource: operation.resourceId, code: fault.code });
  };
  for (const { key, value } of store.list<Operation>(COLLECTION)) {
    if (value.endTime !== undefined && value.endTime < clock.now() - KEEP_MS) store.delete(COLLECTION, key);
  }

  async function perform(operation: Operation, work: Work, failed: () => void, signal: AbortSignal): Promise<void> {
    try {
      await clock.sleep(operation.dueTime - clock.now(), signal);
      const fault = injected(operation);
      if (fault !== undefined) throw fault;
      const result = await work(signal);
      if (signal.aborted) return;
      save({ ...operation, status: "Succeeded", endTime: clock.now(), ...(result === undefined ? {} : { result }) });
    } catch (error) {
      if (signal.aborted) return;
      failed();
      fail(operation, toFault(error, log));
    }
  }

  function active(resourceId: string): Operation | undefined {
    const key = resourceId.toLowerCase();
    const found = [...running].find(([, { resourceKey }]) => resourceKey === key);
    return found === undefined ? undefined : get(found[0]);
  }

  async function cancel(resourceId: string): Promise<void> {
    const operation = active(resourceId);
    if (operation === undefined) return;
    const run = running.get(operation.id);
    run?.abort.abort(new Error("the operation was canceled"));
    await run?.done;
    const error = { code: "OperationPreempted", message: "the operation was ended by a later one on the same resource" };
    save({ ...operation, status: "Canceled", endTime: clock.now(), error, errorStatus: 409 });
  }

  return {
    create: ({ durationMs, ...rest }) => {
      const startTime = clock.now();
      const operation: Operation = {
        id: randomUUID(),
        ...rest,
        startTime,
        dueTime: startTime + durationMs,
        status: "InProgress",
      };
      save(operation);
      return operation;
    },
    run: (operation, work, failed = () => undefined) => {
      const abort = new AbortController();
      const done = perform(operation, work, failed, abort.signal).finally(() => running.delete(operation.id));
      running.set(operation.id, { resourceKey: operation.resourceId.toLowerCase(), abort, done });
    },
    get,
    ended: async (id) => {
      await running.get(id)?.done;
      const operation = get(id);
      if (operation === undefined) throw new ArmFault(404, "OperationNotFound", `the operation '${id}' was not found`);
      if (operation.status === "Failed" || operation.status === "Canceled") throw faultOf(operation);
      return operation;
    },
    active,
    cancel,
    cancelOther: async (resourceId) => {
      if (active(resourceId)?.kind !== "delete") await cancel(resourceId);
    },
    unfinished: () =>
      store
        .list<Operation>(COLLECTION)
        .map(({ value }) => value)
        .filter((operation) => operation.status === "InProgress" && !running.has(operation.id)),
    fail,
    urls: ({ apiVersion, id, location, namespace, subscriptionId }) => {
      const base = `${endpoints.arm}/subscriptions/${subscriptionId}/providers/${namespace}/locations/${location}`;
      return {
        status: `${base}/operationStatuses/${id}?api-version=${apiVersion}`,
        result: `${base}/operationResults/${id}?api-version=${apiVersion}`,
      };
    },
    setFault: (fault) => {
      injected = fault;
    },
    close: async () => {
      for (const { abort } of running.values()) abort.abort(new Error("the cloud is closing"));
      await Promise.allSettled([...running.values()].map(({ done }) => done));
    },
  };
}

export function faultOf(operation: Operation): ArmFault {
  const { code, details, message, target } = operation.error ?? {};
  return new ArmFault(
    operation.errorStatus ?? 500,
    typeof code === "string" ? code : "InternalServerError",
    typeof message === "string" ? message : "the operation failed",
    {
      ...(typeof target === "string" ? { target } : {}),
      ...(Array.isArray(details) ? { details: details as JsonObject[] } : {}),
    },
  );
}

export function toFault(error: unknown, log: (event: string, fields?: JsonObject) => void): ArmFault {
  if (error instanceof ArmFault) return error;
  if (error instanceof QuaysideError) {
    log("refused", { code: error.code, message: error.message });
    return new ArmFault(500, "InternalServerError", `${error.message} (${error.code})`);
  }
  log("internal-error", { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  return new ArmFault(
    500,
    "InternalServerError",
    "the server met an error that it did not expect; the cloud's log has the details",
  );
}
