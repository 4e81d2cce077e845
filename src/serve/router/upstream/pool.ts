import { type AnswerListener, Call, type UpstreamRequest } from "./call.ts";
import { type Address, Connection, type Owner } from "./connection.ts";

export interface PoolOptions {
  /** At most so many; further calls wait. */
  readonly connections: number;
  /** After so long without a request a connection ends; earlier when the other side announced less. 0: each carries one request. */
  readonly idleMs: number;
}

const SWEEP_MS = 1_000;

/** The connections to one origin. */
export class Pool implements Owner {
  readonly #address: Address;
  readonly #options: PoolOptions;
  readonly #all = new Set<Connection>();
  /** The last is the youngest, and is used next, so that those that are not needed grow old. */
  readonly #idle: Connection[] = [];
  readonly #waiting: Call[] = [];
  readonly #sweep: NodeJS.Timeout;
  #closing: PromiseWithResolvers<void> | undefined;

  /** @param origin `http://host:port`. @throws when it is not */
  constructor(origin: string, options: PoolOptions) {
    this.#address = addressOf(origin);
    this.#options = options;
    this.#sweep = setInterval(() => this.#closeOld(), SWEEP_MS).unref();
  }

  /** @param fresh over a connection that nobody used before. */
  send(request: UpstreamRequest, listener: AnswerListener, fresh = false): Call {
    const call = new Call(request, listener, fresh);
    if (this.#closing !== undefined) {
      queueMicrotask(() => listener.onFailure({ kind: "retired", message: "the instance is retired" }));
      return call;
    }
    const known = fresh ? undefined : this.#takeIdle();
    if (known !== undefined) known.carry(call);
    else {
      call.carrier = this;
      this.#waiting.push(call);
      if (this.#all.size >= this.#options.connections) this.#idle[0]?.close();
      this.#openForWaiting();
    }
    return call;
  }

  /** Calls end, then the connections; no others are taken. */
  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers<void>();
    clearInterval(this.#sweep);
    for (const connection of this.#idle.splice(0)) connection.close();
    if (this.#all.size === 0) this.#closing.resolve();
    return this.#closing.promise;
  }

  /** Everything ends now; calls fail as `retired`. */
  destroy(): Promise<void> {
    const closed = this.close();
    for (const { listener } of this.#waiting.splice(0))
      listener.onFailure({ kind: "retired", message: "the instance is retired" });
    for (const connection of this.#all) connection.close();
    return closed;
  }

  /** A waiting call was aborted. */
  drop(call: Call): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  onIdle(connection: Connection): void {
    const next = this.#waiting[0];
    if (next === undefined && this.#closing === undefined) this.#idle.push(connection);
    else if (next === undefined || next.fresh) connection.close();
    else {
      this.#waiting.shift();
      connection.carry(next);
    }
  }

  onClosed(connection: Connection): void {
    this.#all.delete(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    this.#openForWaiting();
    if (this.#all.size === 0) this.#closing?.resolve();
  }

  #takeIdle(): Connection | undefined {
    const now = performance.now();
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.idleUntil > now) return connection;
      connection.close();
    }
  }

  #openForWaiting(): void {
    while (this.#all.size < this.#options.connections) {
      const call = this.#waiting.shift();
      if (call === undefined) return;
      const connection = new Connection(this.#address, this.#options.idleMs, this);
      this.#all.add(connection);
      connection.carry(call);
    }
  }

  #closeOld(): void {
    const now = performance.now();
    for (const connection of this.#idle.filter(({ idleUntil }) => idleUntil <= now)) connection.close();
  }
}

function addressOf(origin: string): Address {
  const { protocol, hostname, port, host, origin: exact } = new URL(origin);
  if (protocol !== "http:" || exact !== origin.replace(/\/$/, "")) throw new Error(`${origin} is not http://host:port`);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || 80), authority: host };
}
