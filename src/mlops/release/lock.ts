import { z } from "zod";
import type { Documents, Lease } from "../../arm/index.ts";
import { parseJson } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { folderOf } from "./history.ts";

/** One controller at a time moves an endpoint's traffic. */
export interface ReleaseLock extends AsyncDisposable {
  /** Throws when somebody else took the endpoint, or when the lease ran out unrenewed. */
  check(): void;
}

/** The shortest lease there is: what a crashed controller makes the next one wait. */
const LEASE_SECONDS = 15;
const RENEW_MS = 5000;

/** The endpoint is somebody else's now: nothing may be changed on it any more. */
export class LockLost extends QuaysideError {
  override readonly name = "LockLost";
}

/**
 * The lease of a document beside the release's history. Azure ML's endpoint has tags but no conditional write, so two
 * controllers could both believe in theirs; a lease is given out by the storage service to one, and ends by its clock.
 */
export async function lockEndpoint(
  documents: Documents,
  endpoint: string,
  owner: string,
  options: { readonly takeOver: boolean; readonly since: string; readonly signal: AbortSignal },
): Promise<ReleaseLock> {
  const path = `${folderOf(endpoint)}/lock.json`;
  if (options.takeOver) await documents.breakLease(path, options.signal);
  const asked = performance.now();
  const lease = await documents.lease(path, LEASE_SECONDS, options.signal);
  if (lease === undefined) throw await refusal(documents, path, endpoint, options.signal);
  await lease.write(JSON.stringify({ owner, since: options.since }), options.signal);
  return keep(lease, endpoint, asked);
}

/** Whoever holds it may have been cut short before it said who it is. */
const holder = z
  .object({ owner: z.string().catch("somebody"), since: z.string().catch("an unknown time") })
  .catch({ owner: "somebody", since: "an unknown time" });

async function refusal(documents: Documents, path: string, endpoint: string, signal: AbortSignal): Promise<QuaysideError> {
  const { owner, since } = holder.parse(parseJson((await documents.read(path, signal)) ?? ""));
  return new QuaysideError(`endpoint ${endpoint} is being released by ${owner} since ${since}`, {
    code: "mlops.endpoint-locked",
    fault: "user",
    hint: `wait for it; after a crash its lock ends within ${LEASE_SECONDS} s, or take it over at once with --take-over`,
  });
}

/** `since`: when it was asked for. The service counts from somewhere between the question and its answer, so time counts from the question. */
function keep(lease: Lease, endpoint: string, since: number): ReleaseLock {
  let renewed = since;
  let lost: QuaysideError | undefined;
  const timer = setInterval(() => {
    const asked = performance.now();
    lease.renew().then(
      () => {
        renewed = Math.max(renewed, asked);
      },
      (error: unknown) => {
        if (error instanceof QuaysideError && error.code.startsWith("blob.Lease"))
          lost = new LockLost(`endpoint ${endpoint} was taken over by another release; nothing more is changed here`, {
            code: "mlops.lock-lost",
            fault: "user",
            cause: error,
          });
      },
    );
  }, RENEW_MS);
  timer.unref();
  return {
    check() {
      if (lost !== undefined) throw lost;
      if (performance.now() - renewed > LEASE_SECONDS * 1000)
        throw new QuaysideError(`the lock of endpoint ${endpoint} could not be renewed for ${LEASE_SECONDS} s`, {
          code: "mlops.lock-expired",
          fault: "network",
        });
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      // Whoever took it over has it; where storage does not answer, it ends by itself.
      await lease.release().catch(() => undefined);
    },
  };
}
