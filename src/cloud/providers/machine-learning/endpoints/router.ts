import type { ChildMessage, EndpointRoute } from "../../../../serve/protocol.ts";
import type { PodProcess } from "../../../contract.ts";
import { type Child, startChild } from "./child.ts";
import { pause } from "./probe.ts";

export interface RouterOptions {
  readonly argv: readonly string[];
  /** Tried first, so that scoring addresses outlive a restart; any free port when it is taken. */
  readonly port: number;
  line(text: string): void;
  /** The router listens on another port now. */
  moved(port: number): void;
  /** Its process started, listens or ended. */
  seen?(): void;
}

const RESTART_MS = { first: 100, most: 10_000 };
const APPLY_TIMEOUT_MS = 30_000;
const KEPT_LINES = 200;

/** One cluster's traffic router, kept running. It routes by the last table given, also after it had to be started again. */
export class Router {
  readonly #options: RouterOptions;
  readonly #stopping = new AbortController();
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  readonly #listening = Promise.withResolvers<number>();
  readonly #done: Promise<void>;
  #child: Child | undefined;
  #port: number;
  #version = 0;
  #table: readonly EndpointRoute[] = [];
  #lines: string[] = [];
  #life = { startedAt: Date.now(), starts: 0, listens: false, lastEnd: "" };

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#port = options.port;
    this.#done = this.#supervise();
  }

  get process(): PodProcess {
    const { startedAt, starts, listens, lastEnd } = this.#life;
    const pid = this.#child?.running === true ? this.#child.pid : undefined;
    return {
      id: "router",
      ready: listens && pid !== undefined,
      startedAt,
      restarts: Math.max(0, starts - 1),
      ...(pid === undefined ? {} : { pid }),
      ...(lastEnd === "" ? {} : { lastEnd }),
    };
  }

  /** The last lines that it wrote, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Ends its process at once; it is started again on its port. */
  end(): void {
    this.#child?.kill();
  }

  /** Resolves when the router listens for the first time. */
  async port(): Promise<number> {
    await this.#listening.promise;
    return this.#port;
  }

  /** Resolves when requests are routed by this table, or a later one. */
  async apply(table: readonly EndpointRoute[]): Promise<void> {
    this.#table = table;
    const version = ++this.#version;
    const applied = Promise.withResolvers<void>();
    this.#waiting.set(version, applied);
    this.#send();
    const timer = setTimeout(() => {
      applied.reject(new Error(`the router did not take table ${version} within ${APPLY_TIMEOUT_MS} ms`));
    }, APPLY_TIMEOUT_MS);
    try {
      await applied.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(version);
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const { resolve } of this.#waiting.values()) resolve();
    this.#child?.terminate();
    await this.#child?.stop(2_000);
    await this.#done;
  }

  async #supervise(): Promise<void> {
    const { signal } = this.#stopping;
    let waitMs = RESTART_MS.first;
    while (!signal.aborted) {
      const { how, heard } = await this.#runOnce();
      if (signal.aborted) return;
      waitMs = heard ? RESTART_MS.first : Math.min(waitMs * 2, RESTART_MS.most);
      // The port may be somebody else's by now.
      if (!heard) this.#port = 0;
      this.#options.line(`router ended: ${how}; starting it again in ${waitMs} ms`);
      await pause(waitMs, signal);
    }
  }

  async #runOnce(): Promise<{ how: string; heard: boolean }> {
    let heard = false;
    const onMessage = (message: ChildMessage) => {
      if (message.type === "listening") {
        heard = true;
        this.#life.listens = true;
        this.#options.seen?.();
        if (message.port !== this.#port) this.#options.moved(message.port);
        this.#port = message.port;
        this.#listening.resolve(message.port);
        this.#send();
      }
      if (message.type === "applied") this.#applied(message.version);
    };
    const argv = [...this.#options.argv, "--port", String(this.#port)];
    const onLine = (text: string) => {
      this.#lines = [...this.#lines, text].slice(-KEPT_LINES);
      this.#options.line(text);
    };
    this.#child = startChild({ argv, env: {}, onMessage, onLine });
    this.#life = { ...this.#life, startedAt: Date.now(), starts: this.#life.starts + 1, listens: false };
    this.#options.seen?.();
    const how = await this.#child.exited;
    this.#life.lastEnd = how;
    this.#options.seen?.();
    return { how, heard };
  }

  #send(): void {
    if (this.#version > 0) this.#child?.send({ type: "routes", version: this.#version, endpoints: this.#table });
  }

  #applied(version: number): void {
    for (const [waiting, { resolve }] of this.#waiting) if (waiting <= version) resolve();
  }
}
