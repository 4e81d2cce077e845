import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  /** The header section, as it came. */
  readonly head: string;
  readonly body: Buffer;
}

/** One keep-alive HTTP/1.1 connection that carries one request at a time. It parses no more than a benchmark needs, so that it costs little. */
export interface Connection {
  readonly busy: boolean;
  /** `done` gets undefined when the connection broke before the whole answer was there. */
  send(request: Buffer, done: (answer: Answer | undefined) => void): void;
  close(): void;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const EMPTY = Buffer.alloc(0);

/** Connects when first used, and again after the other side closed. */
export function openConnection(port: number): Connection {
  let socket: Socket | undefined;
  let waiting: ((answer: Answer | undefined) => void) | undefined;
  let received: Buffer = EMPTY;

  function settle(answer: Answer | undefined): void {
    const done = waiting;
    waiting = undefined;
    received = EMPTY;
    done?.(answer);
  }

  function opened(): Socket {
    const fresh = connect({ port, host: "127.0.0.1", noDelay: true });
    fresh.on("data", (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const answer = readAnswer(received);
      if (answer === undefined) return;
      if (/^connection: close/im.test(answer.head)) {
        socket = undefined;
        fresh.destroy();
      }
      settle(answer);
    });
    fresh.on("error", () => {});
    fresh.on("close", () => {
      if (socket !== fresh) return;
      socket = undefined;
      settle(undefined);
    });
    return fresh;
  }

  return {
    get busy() {
      return waiting !== undefined;
    },
    send(request, done) {
      waiting = done;
      socket ??= opened();
      socket.write(request);
    },
    close: () => void socket?.destroy(),
  };
}

/** The answer, once it is whole: sized by `content-length` or chunked. */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const status = Number(head.slice(9, 12));
  const start = headEnd + HEAD_END.length;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return bytes.length < end ? undefined : { status, head, body: bytes.subarray(start, end) };
  }
  if (!/^transfer-encoding: *chunked/im.test(head)) return { status, head, body: EMPTY };
  const body = readChunks(bytes, start);
  return body === undefined ? undefined : { status, head, body };
}

function readChunks(bytes: Buffer, from: number): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const end = lineEnd + 2 + size;
    if (bytes.length < end + 2) return undefined;
    if (size === 0) return Buffer.concat(parts);
    parts.push(bytes.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}

export interface RequestShape {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The bytes on the wire, made once for all requests of a run. */
export function requestBytes({ method = "POST", path, headers = {}, body = "" }: RequestShape): Buffer {
  const lines = Object.entries({ host: "127.0.0.1", ...headers, "content-length": String(Buffer.byteLength(body)) });
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`,
  );
}
