import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AnswerHead } from "./answer-head.ts";
import type { AnswerListener, Call, Failure, UpstreamRequest } from "./call.ts";
import { Pool, type PoolOptions } from "./pool.ts";

/** A TCP server that plays the instance: `onRequest` is called when a request (head and sized body) is whole. */
async function scripted(onRequest: (socket: Socket, request: string, connection: number) => void) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = ++connections;
    let received = "";
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const end = received.indexOf("\r\n\r\n") + 4;
      const length = Number(/content-length: (\d+)/.exec(received)?.[1] ?? 0);
      if (end < 4 || received.length < end + length) return;
      const request = received;
      received = "";
      requests.push(request);
      onRequest(socket, request, connection);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

interface Whole {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** A call with a promise of its whole answer, which rejects with the failure's kind. */
class Asked implements AnswerListener {
  readonly whole = Promise.withResolvers<Whole>();
  call: Call | undefined;
  head: AnswerHead | undefined;
  body = "";

  onHead(head: AnswerHead): void {
    this.head = head;
  }
  onData(part: string): void {
    this.body += part;
  }
  onEnd(): void {
    this.whole.resolve({ status: this.head?.status ?? 0, headers: this.head?.headers ?? [], body: this.body });
  }
  onFailure({ kind, message }: Failure): void {
    this.whole.reject(new Error(`${kind}: ${message}`));
  }
}

const SCORE: UpstreamRequest = { method: "POST", path: "/score", fields: "a: b\r\n", body: Buffer.from("body") };
const ok = (body = "ok") => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;

function poolTo(origin: string, options: Partial<PoolOptions> = {}) {
  const pool = new Pool(origin, { connections: 8, idleMs: 60_000, ...options });
  const send = (request: Partial<UpstreamRequest> = {}, fresh = false): Asked => {
    const asked = new Asked();
    asked.whole.promise.catch(() => {});
    asked.call = pool.send({ ...SCORE, ...request }, asked, fresh);
    return asked;
  };
  return {
    pool,
    send,
    ask: (request: Partial<UpstreamRequest> = {}, fresh = false) => send(request, fresh).whole.promise,
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}

describe("a request", () => {
  test("is one head with the host and the length, and its body; the next one goes over the same connection", async () => {
    await using server = await scripted((socket) => void socket.write(ok()));
    await using client = poolTo(server.origin);

    expect(await client.ask()).toEqual({ status: 200, headers: ["content-length", "2"], body: "ok" });
    await client.ask({ method: "GET", body: Buffer.alloc(0) });
    await client.ask({ body: Buffer.alloc(0) });

    const host = `host: ${server.origin.slice(7)}`;
    expect(server.requests).toEqual([
      `POST /score HTTP/1.1\r\n${host}\r\ncontent-length: 4\r\na: b\r\n\r\nbody`,
      `GET /score HTTP/1.1\r\n${host}\r\na: b\r\n\r\n`,
      `POST /score HTTP/1.1\r\n${host}\r\ncontent-length: 0\r\na: b\r\n\r\n`,
    ]);
    expect(server.connections()).toBe(1);
  });

  test.each([8 * 1024, 8 * 1024 + 1, 5_000_000])("of %i bytes arrives whole, every byte value in it", async (length) => {
    const body = Buffer.from(Array.from({ length }, (_, at) => (at * 7) % 256));
    await using server = await scripted((socket) => void socket.write(ok()));
    await using client = poolTo(server.origin);

    await client.ask({ body });

    expect(server.requests[0]?.endsWith(body.toString("latin1"))).toBe(true);
  });

  test("that wants a fresh connection gets one, also when the pool is full of idle ones", async () => {
    await using server = await scripted((socket) => void socket.write(ok()));
    await using client = poolTo(server.origin, { connections: 2 });
    await Promise.all([client.ask(), client.ask()]);

    await client.ask({}, true);

    expect(server.connections()).toBe(3);
    expect(server.sockets.size).toBeLessThanOrEqual(3);
  });

  test("that wants a fresh connection waits for room, and does not take the one that becomes free", async () => {
    const held: Socket[] = [];
    await using server = await scripted((socket, _, connection) =>
      connection === 1 && held.push(socket) === 1 ? undefined : void socket.write(ok()),
    );
    await using client = poolTo(server.origin, { connections: 1 });
    const first = client.ask();
    const second = client.ask({}, true);
    while (held.length === 0) await sleep(1);

    held[0]?.write(ok("late"));

    expect(await first).toMatchObject({ body: "late" });
    expect(await second).toMatchObject({ body: "ok" });
    expect(server.connections()).toBe(2);
  });
});

test("there are never more connections than allowed; further calls wait their turn, and one that is aborted loses it", async () => {
  const order: string[] = [];
  await using server = await scripted((socket, request) => {
    order.push(/\r\n\r\n(.*)/.exec(request)?.[1] ?? "");
    setTimeout(() => socket.write(ok()), 5);
  });
  await using client = poolTo(server.origin, { connections: 2 });
  const calls = Array.from({ length: 10 }, (_, at) => client.send({ body: Buffer.from(String(at)) }));

  calls[5]?.call?.abort();
  await Promise.all(calls.filter((_, at) => at !== 5).map(({ whole }) => whole.promise));

  expect(server.connections()).toBe(2);
  expect([...order].sort().join("")).toBe("012346789");
});

describe("a connection is not used again", () => {
  const odd: [string, string][] = [
    ["after an answer that says so", "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok"],
    ["after an answer with more bytes behind it", `${ok()}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged`],
    ["after a single byte too many", `${ok()}\n`],
    ["after an answer in HTTP/1.0", "HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok"],
    ["when its server keeps it for a second only", "HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok"],
  ];
  test.each(odd)("%s", async (_, wire) => {
    await using server = await scripted((socket, __, connection) => void socket.write(connection === 1 ? wire : ok("second")));
    await using client = poolTo(server.origin);

    expect(await client.ask()).toMatchObject({ body: "ok" });
    expect(await client.ask()).toMatchObject({ body: "second" });
    expect(server.connections()).toBe(2);
  });

  test("when bytes come while it is idle, or it ends", async () => {
    for (const spoil of [(socket: Socket) => socket.write(ok("unasked")), (socket: Socket) => socket.end()]) {
      await using server = await scripted((socket, _, connection) => void socket.write(ok(String(connection))));
      await using client = poolTo(server.origin);
      expect(await client.ask()).toMatchObject({ body: "1" });

      const [socket] = [...server.sockets];
      const closed = socket === undefined ? undefined : once(socket, "close");
      if (socket !== undefined) spoil(socket);
      await closed;

      expect(await client.ask()).toMatchObject({ body: "2" });
    }
  });

  test("when it was idle for too long", async () => {
    await using server = await scripted((socket, _, connection) => void socket.write(ok(String(connection))));
    await using client = poolTo(server.origin, { idleMs: 20 });
    await client.ask();

    await sleep(40);

    expect(await client.ask()).toMatchObject({ body: "2" });
  });

  test("even if nobody asks for another: it is closed in time", async () => {
    await using server = await scripted((socket) => void socket.write(ok()));
    await using client = poolTo(server.origin, { idleMs: 20 });
    await client.ask();
    expect(server.sockets.size).toBe(1);

    // The test's own limit is what fails it.
    while (server.sockets.size > 0) await sleep(20);
  });

  test("when the answer came before the whole request was sent", async () => {
    await using server = await scripted((socket) => void socket.write(ok("second")));
    await using client = poolTo(server.origin);
    const early = client.ask({ body: Buffer.alloc(50_000_000) });
    while (server.sockets.size === 0) await sleep(1);
    const [socket] = server.sockets;

    // Not read on, so that most of the request cannot leave.
    socket?.pause().write("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno");

    expect(await early).toMatchObject({ status: 413, body: "no" });
    expect(await client.ask()).toMatchObject({ body: "second" });
    expect(server.connections()).toBe(2);
  });
});

describe("a call fails as", () => {
  const failing: [string, (socket: Socket) => void, string][] = [
    ["lost when the connection ends without an answer", (socket) => socket.end(), "lost: the connection ended"],
    ["lost when it is reset without an answer", (socket) => socket.resetAndDestroy(), "lost: read ECONNRESET"],
    ["broken when it ends within the head", (socket) => socket.end("HTTP/1.1 2"), "broken: the connection ended"],
    [
      "broken when it ends within a body",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhell"),
      "broken: the connection ended",
    ],
    [
      "broken when it ends before the last chunk",
      (socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n"),
      "broken: the connection ended",
    ],
    ["broken when the answer is not HTTP", (socket) => socket.write("what?\r\n\r\n"), "broken: its head is malformed"],
  ];
  test.each(failing)("%s", async (_, answer, message) => {
    await using server = await scripted((socket, __, connection) => (connection === 1 ? answer(socket) : socket.write(ok())));
    await using client = poolTo(server.origin);

    await expect(client.ask()).rejects.toThrow(message);
    expect(await client.ask()).toMatchObject({ body: "ok" });
  });

  test("broken when a body that lasts until the end of the connection is reset", async () => {
    await using server = await scripted((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n\r\npart");
      setTimeout(() => socket.resetAndDestroy(), 10);
    });
    await using client = poolTo(server.origin);

    await expect(client.ask()).rejects.toThrow("broken: read ECONNRESET");
  });

  test("refused when nobody listens", async () => {
    const server = await scripted(() => {});
    await server[Symbol.asyncDispose]();
    await using client = poolTo(server.origin);

    await expect(client.ask()).rejects.toThrow("refused: connect ECONNREFUSED");
  });
});

test("a body without a length ends with the connection", async () => {
  await using server = await scripted((socket) => void socket.end("HTTP/1.1 200 OK\r\n\r\nto the end"));
  await using client = poolTo(server.origin);

  expect(await client.ask()).toMatchObject({ body: "to the end" });
});

test("an answer that dribbles in byte by byte is whole", async () => {
  const wire = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
  await using server = await scripted((socket) => {
    void (async () => {
      for (const byte of wire) {
        socket.write(byte);
        await sleep(0);
      }
    })();
  });
  await using client = poolTo(server.origin);

  expect(await client.ask()).toMatchObject({ body: "hello" });
  expect(await client.ask()).toMatchObject({ body: "hello" });
  expect(server.connections()).toBe(1);
});

test("while a call is paused its server cannot send on; resumed, every byte comes", async () => {
  const MiB = 2 ** 20;
  let written = 0;
  await using server = await scripted((socket) => {
    const block = Buffer.alloc(MiB, "x");
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${64 * MiB}\r\n\r\n`);
    const more = () => {
      while (written < 64) {
        written++;
        if (!socket.write(block)) return void socket.once("drain", more);
      }
    };
    more();
  });
  await using client = poolTo(server.origin);
  const asked = client.send();
  let received = 0;
  asked.onData = (part) => {
    if (received === 0) asked.call?.setPaused(true);
    received += part.length;
  };
  while (received === 0) await sleep(1);

  let before = -1;
  while (written !== before) {
    before = written;
    await sleep(50);
  }
  // What the kernel's buffers hold, and one read.
  expect(received).toBeLessThanOrEqual(16 * 1024);
  expect(written).toBeLessThan(32);
  asked.call?.setPaused(false);
  await asked.whole.promise;

  expect(received).toBe(64 * MiB);
});

test("a call that is paused by its last part does not leave its connection paused", async () => {
  await using server = await scripted((socket) => void socket.write(ok()));
  await using client = poolTo(server.origin);
  const asked = client.send();
  asked.onData = () => asked.call?.setPaused(true);
  await asked.whole.promise;

  expect(await client.ask()).toMatchObject({ body: "ok" });
  expect(server.connections()).toBe(1);
});

test("an aborted call ends its connection and says nothing more", async () => {
  const closed = Promise.withResolvers<void>();
  const events: string[] = [];
  await using server = await scripted(
    (socket) => void socket.once("close", () => closed.resolve()).write("HTTP/1.1 200 OK\r\n\r\n"),
  );
  await using client = poolTo(server.origin);
  const asked = client.send();
  asked.onEnd = () => void events.push("end");
  asked.onFailure = () => void events.push("failure");
  while (asked.head === undefined) await sleep(1);

  asked.call?.abort();
  asked.call?.abort();
  await closed.promise;
  await client.pool.close();

  expect(events).toEqual([]);
});

test("a pool that closes lets calls end, those that wait, too, and takes no others", async () => {
  await using server = await scripted((socket) => setTimeout(() => socket.write(ok()), 20));
  await using client = poolTo(server.origin, { connections: 1 });
  const calls = [client.ask(), client.ask(), client.ask()];

  const closed = client.pool.close();

  await expect(client.ask()).rejects.toThrow("retired");
  expect((await Promise.all(calls)).map(({ body }) => body)).toEqual(["ok", "ok", "ok"]);
  await closed;
  while (server.sockets.size > 0) await sleep(1);
});

test("a pool that is destroyed fails them all as retired", async () => {
  await using server = await scripted(() => {});
  await using client = poolTo(server.origin, { connections: 1 });
  const calls = [client.ask(), client.ask()];

  await client.pool.destroy();

  for (const call of calls) await expect(call).rejects.toThrow("retired");
});

test.each(["not an address", "https://127.0.0.1:1", "http://127.0.0.1:1/path", "http://u@127.0.0.1:1", "127.0.0.1:80"])(
  "%s is no origin",
  (origin) => {
    expect(() => new Pool(origin, { connections: 1, idleMs: 0 })).toThrow();
  },
);
