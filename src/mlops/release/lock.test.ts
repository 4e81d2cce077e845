import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Documents, Lease } from "../../arm/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { LockLost, lockEndpoint } from "./lock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const OPTIONS = { takeOver: false, since: "2026-11-23T16:00:00.000Z", signal: new AbortController().signal };

/** A store whose lease renews as `renew` says. */
function store(renew: () => Promise<void>) {
  const calls: string[] = [];
  let text = "{}";
  const lease: Lease = {
    write: async (next) => void (text = next),
    renew: () => {
      calls.push("renew");
      return renew();
    },
    release: async () => void calls.push("release"),
  };
  let held = false;
  const documents: Documents = {
    write: async () => true,
    read: async () => text,
    list: async () => [],
    lease: async () => {
      if (held) return undefined;
      held = true;
      return lease;
    },
    breakLease: async () => {
      calls.push("break");
      held = false;
    },
  };
  return { documents, calls };
}

const refused = (code: string) => async () => {
  throw new QuaysideError("refused", { code, fault: "azure" });
};

test("the second to come is told who is at work and since when; one that takes over is let in", async () => {
  const { documents, calls } = store(async () => undefined);
  await using lock = await lockEndpoint(documents, "e", "ann@one (process 1)", OPTIONS);
  lock.check();

  await expect(lockEndpoint(documents, "e", "bob", OPTIONS)).rejects.toMatchObject({
    code: "mlops.endpoint-locked",
    message: "endpoint e is being released by ann@one (process 1) since 2026-11-23T16:00:00.000Z",
  });
  await using _taken = await lockEndpoint(documents, "e", "bob", { ...OPTIONS, takeOver: true });

  expect(calls).toContain("break");
});

test.each(["", '{"owner": "an', "[]", '{"owner": 1}'])(
  "a lock whose words are damaged is held all the same: %s",
  async (text) => {
    const { documents } = store(async () => undefined);
    await using _lock = await lockEndpoint(documents, "e", "ann", OPTIONS);

    await expect(lockEndpoint({ ...documents, read: async () => text }, "e", "bob", OPTIONS)).rejects.toMatchObject({
      code: "mlops.endpoint-locked",
      message: "endpoint e is being released by somebody since an unknown time",
    });
  },
);

test("it is renewed while it is held, and let go at the end", async () => {
  const { documents, calls } = store(async () => undefined);
  {
    await using lock = await lockEndpoint(documents, "e", "ann", OPTIONS);
    await vi.advanceTimersByTimeAsync(60_000);
    lock.check();
  }

  expect(calls.filter((call) => call === "renew")).toHaveLength(12);
  expect(calls.at(-1)).toBe("release");
});

test("a lease that somebody else took ends this release without touching the endpoint", async () => {
  const { documents } = store(refused("blob.LeaseIdMismatchWithLeaseOperation"));
  await using lock = await lockEndpoint(documents, "e", "ann", OPTIONS);

  await vi.advanceTimersByTimeAsync(5000);

  expect(() => lock.check()).toThrow(LockLost);
});

test("a store that does not answer is borne until the lease has run out", async () => {
  const { documents } = store(refused("arm.unreachable"));
  await using lock = await lockEndpoint(documents, "e", "ann", OPTIONS);

  await vi.advanceTimersByTimeAsync(14_000);
  lock.check();
  await vi.advanceTimersByTimeAsync(2000);

  expect(() => lock.check()).toThrow("could not be renewed for 15 s");
});

test("a renewal that is answered late counts from when it was asked for", async () => {
  let answers = 0;
  const late = () => new Promise<void>((resolve) => setTimeout(resolve, answers++ === 0 ? 12_000 : 60_000));
  const { documents } = store(late);
  await using lock = await lockEndpoint(documents, "e", "ann", OPTIONS);

  // Asked for after 5 s and answered after 17: the service may have let go after 20.
  await vi.advanceTimersByTimeAsync(18_000);
  lock.check();
  await vi.advanceTimersByTimeAsync(3000);

  expect(() => lock.check()).toThrow("could not be renewed for 15 s");
});
