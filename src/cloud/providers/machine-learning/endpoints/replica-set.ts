import { randomUUID } from "node:crypto";
import type { ChildMessage } from "../../../../serve/protocol.ts";
import type { PodProcess } from "../../../contract.ts";
import { type Child, startChild } from "./child.ts";
import { isHealthy, look, type Probe, pause, startupBudgetMs, watch } from "./probe.ts";

export interface ReplicaSpec {
  /** The whole command line of one model server. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly liveness: Probe;
  readonly readiness: Probe;
  /** How long requests in flight may take to finish. */
  readonly drainMs: number;
}

/** What runs beside the servers: it is there before the first of them and ends after the last. */
export interface Sidecar {
  /** How a server finds it. */
  environment(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
}

export interface ReplicaHooks {
  readonly sidecar?: Sidecar;
  /** The list of ready instances is another one now; resolves when nobody is sent to the others any more. */
  changed(): Promise<void>;
  line(replica: number, text: string): void;
  /** A process started, became ready or ended. */
  seen?(): void;
  /** Waits between restarts: doubles from `firstMs` up to `mostMs`, as the kubelet's crash-loop back-off does. */
  readonly backoff?: { readonly firstMs: number; readonly mostMs: number };
}

/** A model server that did not come up: a word such as `serve.model-not-onnx`, and one line. */
export class StartFailure extends Error {
  override readonly name = "StartFailure";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Replica {
  readonly index: number;
  readonly id: string;
  startedAt: number;
  starts: number;
  lastEnd?: string;
  readonly stopping: AbortController;
  /** Settles with the first start: ready, or why not; one that recovers later counts as started. */
  first: PromiseWithResolvers<void>;
  child?: Child;
  url?: string;
  done: Promise<void>;
}

const BACKOFF = { firstMs: 250, mostMs: 30_000 };
/** A replica that has served this long starts again without waiting. */
const SETTLED_MS = 60_000;

/** The model servers of one deployment, each kept running and watched until the set is drained. */
export class ReplicaSet {
  readonly #spec: ReplicaSpec;
  readonly #hooks: ReplicaHooks;
  readonly #replicas: Replica[] = [];
  #next = 0;

  constructor(spec: ReplicaSpec, hooks: ReplicaHooks) {
    this.#spec = spec;
    this.#hooks = hooks;
  }

  /** Origins of the instances that take requests. */
  get ready(): string[] {
    return this.#replicas.flatMap(({ url }) => (url === undefined ? [] : [url]));
  }

  /** Its processes, with the number that `line` knows each by. */
  get processes(): (PodProcess & { readonly index: number })[] {
    return this.#replicas.map(({ index, id, url, startedAt, starts, lastEnd, child }) => ({
      index,
      id,
      ready: url !== undefined,
      startedAt,
      restarts: Math.max(0, starts - 1),
      ...(child?.pid === undefined ? {} : { pid: child.pid }),
      ...(lastEnd === undefined ? {} : { lastEnd }),
    }));
  }

  /** Ends one process at once; it is started again. */
  end(id: string): void {
    this.#replicas.find((replica) => replica.id === id)?.child?.kill();
  }

  /** Brings the set to `count` replicas without waiting for the new ones; resolves when those it takes away have drained. */
  async scale(count: number): Promise<void> {
    while (this.#replicas.length < count) this.#replicas.push(this.#launch());
    const surplus = this.#replicas.splice(count);
    await this.#retire(surplus);
  }

  /** Resolves when every replica has been ready once; rejects with the first `StartFailure`. */
  async started(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await Promise.race([Promise.all(this.#replicas.map(({ first }) => first.promise)), aborted.promise]);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Lets requests in flight finish, then ends every process. Take the set out of the router's table before. */
  async drain(): Promise<void> {
    await this.scale(0);
    await this.#hooks.sidecar?.close();
  }

  /** Ends every process at once. */
  async kill(): Promise<void> {
    const all = this.#replicas.splice(0);
    for (const { stopping, child } of all) {
      stopping.abort();
      child?.kill();
    }
    await Promise.all(all.map(({ done }) => done));
    await this.#hooks.sidecar?.close();
  }

  #launch(): Replica {
    const replica: Replica = {
      index: this.#next++,
      id: randomUUID(),
      startedAt: Date.now(),
      starts: 0,
      stopping: new AbortController(),
      first: Promise.withResolvers(),
      done: Promise.resolve(),
    };
    // Whoever does not ask `started` (a set restored after a restart) must not crash the cloud.
    replica.first.promise.catch(() => {});
    replica.done = this.#supervise(replica);
    return replica;
  }

  async #retire(replicas: readonly Replica[]): Promise<void> {
    for (const replica of replicas) {
      delete replica.url;
      replica.stopping.abort();
    }
    // A server that drains takes no new connection, so the router must have let go of it before it is told.
    if (replicas.length > 0) await this.#hooks.changed();
    await Promise.all(
      replicas.map(async ({ child, done }) => {
        child?.send({ type: "drain" });
        await child?.stop(this.#spec.drainMs);
        await done;
      }),
    );
  }

  async #supervise(replica: Replica): Promise<void> {
    const { signal } = replica.stopping;
    const { firstMs, mostMs } = this.#hooks.backoff ?? BACKOFF;
    let waitMs = firstMs;
    while (!signal.aborted) {
      const startedAt = performance.now();
      const end = await this.#runOnce(replica);
      if (signal.aborted) return;
      this.#hooks.line(replica.index, `instance ${replica.index} ended: ${end}; starting it again in ${waitMs} ms`);
      if (!(await pause(waitMs, signal))) return;
      waitMs = performance.now() - startedAt > SETTLED_MS ? firstMs : Math.min(waitMs * 2, mostMs);
    }
  }

  /** One life of one process; tells how it ended. */
  async #runOnce(replica: Replica): Promise<string> {
    let beside: Readonly<Record<string, string>> | undefined;
    try {
      beside = await this.#hooks.sidecar?.environment();
    } catch (cause) {
      replica.first.reject(new StartFailure("serve.no-agent", String(cause)));
      return `what runs beside it did not start: ${String(cause)}`;
    }
    if (replica.stopping.signal.aborted) return "not started";
    const life = new AbortController();
    const signal = AbortSignal.any([life.signal, replica.stopping.signal]);
    const up = Promise.withResolvers<string>();
    up.promise.catch(() => {});
    let port = 0;
    const onMessage = (message: ChildMessage) => {
      if (message.type === "listening") port = message.port;
      if (message.type === "ready") up.resolve(`http://127.0.0.1:${port}`);
      if (message.type === "failed") up.reject(new StartFailure(message.code, message.message));
    };
    const onLine = (text: string) => this.#hooks.line(replica.index, text);
    const child = startChild({ ...this.#spec, env: { ...this.#spec.env, ...beside }, onMessage, onLine });
    replica.child = child;
    replica.startedAt = Date.now();
    replica.starts++;
    this.#hooks.seen?.();
    const budgetMs = startupBudgetMs(this.#spec.readiness);
    const deadline = setTimeout(() => {
      up.reject(new StartFailure("serve.start-timeout", `not ready within ${budgetMs} ms`));
    }, budgetMs);
    void child.exited.then((how) =>
      up.reject(new StartFailure("serve.exited", `the model server ended with ${how} before it was ready`)),
    );
    try {
      const origin = await up.promise;
      await this.#firstLook(origin);
      if (!signal.aborted) {
        this.#mark(replica, origin);
        replica.first.resolve();
        replica.first = { ...replica.first, promise: Promise.resolve() };
        void watch(origin, this.#spec.readiness, signal, (healthy) => this.#mark(replica, healthy ? origin : undefined));
        void watch(origin, this.#spec.liveness, signal, (healthy) => healthy || child.kill());
      }
    } catch (cause) {
      replica.first.reject(cause);
      // A server that reported its failure ends by itself; one that hangs does not.
      await child.stop(cause instanceof StartFailure && cause.code !== "serve.start-timeout" ? 2_000 : 0);
    } finally {
      clearTimeout(deadline);
    }
    const how = await child.exited;
    life.abort();
    delete replica.child;
    replica.lastEnd = how;
    this.#mark(replica, undefined);
    this.#hooks.seen?.();
    return how;
  }

  /** A probe on a route that the server does not have never succeeds on Azure either; here it fails at once. */
  async #firstLook(origin: string): Promise<void> {
    for (const probe of [this.#spec.readiness, this.#spec.liveness]) {
      const seen = await look(origin, probe);
      if (!isHealthy(seen)) throw new StartFailure("serve.probe-failed", `probe GET ${probe.path}: ${seen}`);
    }
  }

  #mark(replica: Replica, url: string | undefined): void {
    if (replica.url === url) return;
    if (url === undefined) delete replica.url;
    else replica.url = url;
    this.#hooks.seen?.();
    void this.#hooks.changed();
  }
}
