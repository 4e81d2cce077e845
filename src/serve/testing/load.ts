import { Agent, request } from "node:http";

/** One caller with one kept-alive connection, which asks again as soon as it is answered. */
export interface Caller {
  /** Answers by status. */
  readonly answers: ReadonlyMap<number, number>;
  /** Requests that got none. */
  readonly failures: readonly string[];
  /** Connections that ended. */
  readonly closed: number;
  /** Asks no more; resolves when the last request is over. */
  stop(): Promise<void>;
}

/** Asks until it is stopped, or, if it shall, until an answer says that the connection ends. */
export function keepAsking(port: number, path: string, body: string, options: { readonly leaves?: boolean } = {}): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const answers = new Map<number, number>();
  const failures: string[] = [];
  let closed = 0;
  let stopped = false;
  const known = new WeakSet<object>();

  function once(): Promise<void> {
    return new Promise((resolve) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const sent = request({ agent, port, host: "127.0.0.1", path, method: "POST", headers });
      sent.on("socket", (socket) => {
        if (known.has(socket)) return;
        known.add(socket);
        socket.once("close", () => closed++);
      });
      sent.on("response", (response) => {
        const status = response.statusCode ?? 0;
        response.resume();
        response.on("error", (cause) => {
          failures.push(cause.message);
          resolve();
        });
        response.on("end", () => {
          answers.set(status, (answers.get(status) ?? 0) + 1);
          if (options.leaves === true && response.headers.connection === "close") stopped = true;
          resolve();
        });
      });
      sent.on("error", (cause) => {
        failures.push(cause.message);
        // Whoever is refused asks again in a while.
        setTimeout(resolve, 20);
      });
      sent.end(body);
    });
  }

  const asking = (async () => {
    while (!stopped) await once();
    agent.destroy();
  })();
  return {
    answers,
    failures,
    get closed() {
      return closed;
    },
    async stop() {
      stopped = true;
      await asking;
    },
  };
}
