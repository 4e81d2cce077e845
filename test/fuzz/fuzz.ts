import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { Pool } from "undici";
import { CONNECTIONS, type FuzzRequest, type RawConnection, REQUESTS } from "./requests.ts";

export interface FuzzTarget {
  readonly port: number;
  /** A request that the model answers, before the fuzzing and after it. */
  readonly path: string;
  readonly body: string;
}

export interface FuzzReport {
  readonly seed: number;
  readonly requests: number;
  readonly connections: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Requests of one property run; they are on their way together. */
const TOGETHER = 50;

/** A refusal's line: its code, then what is wrong. */
const CODED = /^serve\.[a-z0-9-]+: ./;

/**
 * Sends hostile requests and hostile bytes. Every request must be answered by 200 or a refusal with a code, never with a 5xx; a
 * connection may be answered or closed, but good requests on one are answered, each of them; and afterwards the server must
 * answer a good request as before. Throws fast-check's report with the seed and the smallest failing case.
 */
export async function fuzz(
  target: FuzzTarget,
  options: { readonly requests: number; readonly connections: number; readonly seed: number },
): Promise<FuzzReport> {
  const { requests, connections, seed } = options;
  const pool = new Pool(`http://127.0.0.1:${target.port}`, { connections: TOGETHER, pipelining: 1 });
  const statuses: Record<string, number> = {};
  const before = await good();
  let sent = 0;

  async function good(): Promise<unknown> {
    const response = await pool.request({
      method: "POST",
      path: target.path,
      headers: { "content-type": "application/json" },
      body: target.body,
    });
    if (response.statusCode !== 200) throw new Error(`a good request is answered ${response.statusCode}`);
    return response.body.json();
  }

  async function check({ method, path, headers, body }: FuzzRequest): Promise<void> {
    // Node's client, like the specification, sends no body with GET.
    const response = await pool.request({ method, path, headers, body: method === "GET" ? null : body });
    const text = await response.body.text();
    const { statusCode } = response;
    statuses[statusCode] = (statuses[statusCode] ?? 0) + 1;
    sent++;
    if (statusCode === 200) return;
    const line = statusCode >= 400 && statusCode < 500 ? lineOf(text) : undefined;
    if (line === undefined || !CODED.test(line))
      throw new Error(`${method} ${path} is answered ${statusCode} ${text.slice(0, 200)}`);
  }

  const kinds = Object.entries(REQUESTS);
  for (const [, arbitrary] of kinds) {
    const runs = Math.ceil(requests / kinds.length / TOGETHER);
    const property = fc.asyncProperty(fc.array(arbitrary, { minLength: TOGETHER, maxLength: TOGETHER }), async (all) => {
      await Promise.all(all.map(check));
    });
    await fc.assert(property, { seed, numRuns: runs, endOnFailure: false });
  }
  const bytes = fc.asyncProperty(fc.array(CONNECTIONS, { minLength: 10, maxLength: 10 }), async (all) => {
    await Promise.all(all.map((one) => checkConnection(target.port, one)));
  });
  await fc.assert(bytes, { seed, numRuns: Math.ceil(connections / 10) });

  const after = await good();
  await pool.close();
  if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error("a good request is answered otherwise than before");
  return { seed, requests: sent, connections, statuses };
}

function lineOf(text: string): string | undefined {
  try {
    const body = JSON.parse(text) as { readonly message?: string; readonly error?: string };
    return body.message ?? body.error;
  } catch {
    return undefined;
  }
}

/** Beside refusals of 4xx; 501 is for transfer codings that the server does not know (RFC 9112, 6.1). */
const ANSWERED = new Set([100, 200, 501]);

async function checkConnection(port: number, connection: RawConnection): Promise<void> {
  const answer = await exchange(port, connection);
  const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
  const bad = statuses.find((status) => !ANSWERED.has(status) && (status < 400 || status >= 500));
  if (bad !== undefined || (answer !== "" && !answer.startsWith("HTTP/1.1 ")))
    throw new Error(`bytes are answered ${answer.slice(0, 200)}`);
  const { answers } = connection;
  if (answers !== undefined && statuses.length !== answers)
    throw new Error(`${answers} good requests on a connection of their own have ${statuses.length} answers`);
}

/** Sends bytes and gives what came back until the server closed. */
function exchange(port: number, connection: RawConnection): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => void sendPieces(socket, connection));
    socket.on("data", (chunk) => (answer += chunk.toString("latin1")));
    // The server may close before it has read everything: that is an answer too.
    socket.on("error", () => resolve(answer));
    socket.on("close", () => resolve(answer));
    socket.setTimeout(20_000, () => {
      socket.destroy();
      reject(new Error(`a connection stays open after ${JSON.stringify(connection.bytes.toString("latin1").slice(0, 200))}`));
    });
  });
}

/** A turn of the event loop apart, so that they arrive as pieces. Whoever ends the sending side may get no answer, so only hostile bytes end it. */
async function sendPieces(socket: Socket, { bytes, cuts, answers }: RawConnection): Promise<void> {
  const ends = [...cuts, bytes.length].toSorted((a, b) => a - b);
  for (const [at, end] of ends.entries()) {
    socket.write(bytes.subarray(ends[at - 1] ?? 0, end));
    await setImmediate();
  }
  if (answers === undefined) socket.end();
}
