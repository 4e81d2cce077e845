import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnswerHead } from "./answer-head.ts";
import { AnswerParser } from "./answer-parser.ts";

interface Read {
  head?: Pick<AnswerHead, "status" | "headers">;
  body: string;
  /** How many bytes belong to the answer; -1 while it is not whole. */
  used: number;
  reusable: boolean;
}

/** Reads `wire` cut at the given places; the end of the connection follows when `ends`. */
function read(wire: string, cuts: readonly number[] = [], { method = "POST", ends = false } = {}): Read {
  const result: Read = { body: "", used: -1, reusable: false };
  const parser = new AnswerParser({
    onHead({ status, headers, idleMs }) {
      if (result.head !== undefined) throw new Error("a second head");
      result.head = { status, headers };
      result.reusable = idleMs > 0;
    },
    onData: (part) => void (result.body += part),
  });
  parser.expect(method);
  const places = [0, ...[...cuts].sort((a, b) => a - b), wire.length];
  for (let at = 0; at + 1 < places.length; at++) {
    const [from = 0, to = 0] = [places[at], places[at + 1]];
    const used = parser.read(Buffer.from(wire.slice(from, to), "latin1"), to - from);
    if (used >= 0) return { ...result, used: from + used };
  }
  if (ends && parser.end()) result.used = wire.length;
  return result;
}

const answer = (...lines: readonly string[]) => lines.join("\r\n");
const OK = "HTTP/1.1 200 OK";

const GOOD: readonly { name: string; wire: string; expected: Partial<Read>; method?: string; ends?: boolean }[] = [
  {
    name: "a length",
    wire: answer(OK, "Content-Type: text/plain", "Content-Length: 5", "X-A:  b c\t", "", "hello"),
    expected: {
      head: { status: 200, headers: ["content-type", "text/plain", "content-length", "5", "x-a", "b c"] },
      body: "hello",
      reusable: true,
    },
  },
  { name: "a length of 0", wire: answer(OK, "content-length: 0", "", ""), expected: { body: "", reusable: true } },
  {
    name: "chunks with extensions and trailers",
    wire: answer(OK, "transfer-encoding: Chunked", "", "5;a=b", "hello", "00A", " the world", "0", "x-sum: 1", "x-b:", "", ""),
    expected: { head: { status: 200, headers: [] }, body: "hello the world", reusable: true },
  },
  {
    name: "no chunk",
    wire: answer(OK, "transfer-encoding: chunked", "", "0", "", ""),
    expected: { body: "", reusable: true },
  },
  {
    name: "the end of the connection",
    wire: answer("HTTP/1.1 500", "a: b", "", "to the end"),
    ends: true,
    expected: { head: { status: 500, headers: ["a", "b"] }, body: "to the end", reusable: false },
  },
  {
    name: "interim answers before it",
    wire: answer("HTTP/1.1 100 Continue", "", "HTTP/1.1 103 Early Hints", "link: x", "", OK, "content-length: 1", "", "x"),
    expected: { head: { status: 200, headers: ["content-length", "1"] }, body: "x" },
  },
  {
    name: "204, even with a length",
    wire: answer("HTTP/1.1 204 No Content", "content-length: 0", "a: b", "", ""),
    expected: { head: { status: 204, headers: ["a", "b"] }, body: "", reusable: true },
  },
  {
    name: "304 with the length that a 200 would have",
    wire: answer("HTTP/1.1 304 Not Modified", "content-length: 9", "", ""),
    expected: { head: { status: 304, headers: ["content-length", "9"] }, body: "", reusable: true },
  },
  {
    name: "an answer to HEAD",
    wire: answer(OK, "content-length: 9", "", ""),
    method: "HEAD",
    expected: { head: { status: 200, headers: ["content-length", "9"] }, body: "", reusable: true },
  },
  {
    name: "connection: close",
    wire: answer(OK, "Connection: Close", "content-length: 1", "", "x"),
    expected: { head: { status: 200, headers: ["content-length", "1"] }, body: "x", reusable: false },
  },
  {
    name: "fields of this hop and what connection names",
    wire: answer(
      OK,
      "connection: keep-alive, X-Mine",
      "keep-alive: timeout=5",
      "x-mine: 1",
      "te: x",
      "a: b",
      "content-length: 1",
      "",
      "x",
    ),
    expected: { head: { status: 200, headers: ["a", "b", "content-length", "1"] }, body: "x", reusable: true },
  },
  {
    name: "a server that keeps connections for no longer than a second",
    wire: answer(OK, "keep-alive: max=3, timeout=1", "content-length: 1", "", "x"),
    expected: { body: "x", reusable: false },
  },
  {
    name: "HTTP/1.0",
    wire: answer("HTTP/1.0 200 OK", "content-length: 1", "connection: keep-alive", "", "x"),
    expected: { body: "x", reusable: false },
  },
  {
    name: "bytes beyond ASCII",
    wire: answer(OK, "x-name: caf\xe9", "content-length: 3", "", "\x00\xff\x80"),
    expected: { head: { status: 200, headers: ["x-name", "caf\xe9", "content-length", "3"] }, body: "\x00\xff\x80" },
  },
];

describe.each(GOOD)("$name", ({ wire, expected, method, ends }) => {
  const options = { ...(method && { method }), ...(ends && { ends }) };

  test("is read whole, to its last byte", () => {
    expect(read(wire, [], options)).toMatchObject({ ...expected, used: wire.length });
  });

  test("is the same whichever byte it is cut at, and byte by byte", () => {
    const whole = read(wire, [], options);
    const every = Array.from({ length: wire.length - 1 }, (_, at) => at + 1);

    for (const cut of every) expect(read(wire, [cut], options), `cut at ${cut}`).toEqual(whole);
    expect(read(wire, every, options)).toEqual(whole);
  });

  test("is not whole without its last byte", () => {
    const less = read(wire.slice(0, -1), [], { ...options, ends: false });

    expect(less.used).toBe(-1);
  });

  // What lasts until the end of the connection has nothing behind it.
  if (!ends)
    test("ends before what follows", () => {
      expect(read(`${wire}HTTP/1.1 200 OK\r\n\r\n`, [], options)).toEqual(read(wire, [], options));
    });
});

test.each([
  ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
  ["another version", answer("HTTP/2.0 200 OK", "", "")],
  ["no status", answer("HTTP/1.1 OK", "", "")],
  ["a status that is none", answer("HTTP/1.1 600 X", "", "")],
  ["another protocol", answer("HTTP/1.1 101 Switching Protocols", "upgrade: x", "", "")],
  ["a line break alone", answer(OK, "a: b\nc: d", "", "")],
  ["a carriage return alone", answer(OK, "a: b\rc: d", "", "")],
  ["a zero byte", answer(OK, "a: b\0", "", "")],
  ["a folded field", answer(OK, "a: b", " c", "content-length: 0", "", "")],
  ["a field without a colon", answer(OK, "a", "", "")],
  ["a field without a name", answer(OK, ": b", "", "")],
  ["a blank before the colon", answer(OK, "content-length : 0", "", "")],
  ["a blank before the first field", answer(OK, " a: b", "", "")],
  ["two lengths", answer(OK, "content-length: 1", "Content-Length: 1", "", "x")],
  ["a list of lengths", answer(OK, "content-length: 1, 1", "", "x")],
  ["a signed length", answer(OK, "content-length: +1", "", "x")],
  ["an empty length", answer(OK, "content-length:", "", "x")],
  ["a length beyond reason", answer(OK, "content-length: 1234567890123456", "", "x")],
  ["a hexadecimal length", answer(OK, "content-length: 0x1", "", "x")],
  ["length and chunks", answer(OK, "transfer-encoding: chunked", "content-length: 5", "", "0", "", "")],
  ["another coding", answer(OK, "transfer-encoding: gzip, chunked", "", "0", "", "")],
  ["chunks twice", answer(OK, "transfer-encoding: chunked", "transfer-encoding: chunked", "", "0", "", "")],
  ["chunks in HTTP/1.0", answer("HTTP/1.0 200 OK", "transfer-encoding: chunked", "", "0", "", "")],
  ["a chunk without a length", answer(OK, "transfer-encoding: chunked", "", "", "hello")],
  ["a signed chunk", answer(OK, "transfer-encoding: chunked", "", "-5", "hello")],
  ["a chunk in C's notation", answer(OK, "transfer-encoding: chunked", "", "0x5", "hello")],
  ["a chunk beyond reason", answer(OK, "transfer-encoding: chunked", "", "1234567890abc", "hello")],
  ["a blank before a chunk's length", answer(OK, "transfer-encoding: chunked", "", " 5", "hello")],
  ["a chunk that is longer than it says", answer(OK, "transfer-encoding: chunked", "", "4", "hello", "0", "", "")],
  ["a chunk's length with a line break alone", answer(OK, "transfer-encoding: chunked", "", "5\nhello", "0", "", "")],
  ["chunk extensions without end", answer(OK, "transfer-encoding: chunked", "", `5;${"a".repeat(300)}`)],
  ["trailers that are none", answer(OK, "transfer-encoding: chunked", "", "0", "a b", "", "")],
  ["trailers without end", answer(OK, "transfer-encoding: chunked", "", "0", `a: ${"b".repeat(17_000)}`)],
  ["a head without end", answer(OK, `a: ${"b".repeat(17_000)}`)],
])("%s is refused, whole or byte by byte", (_, wire) => {
  const every = Array.from({ length: Math.min(wire.length - 1, 2_000) }, (__, at) => at + 1);

  expect(() => read(wire)).toThrow(expect.objectContaining({ name: "WrongAnswer" }));
  expect(() => read(wire, every)).toThrow(expect.objectContaining({ name: "WrongAnswer" }));
});

const field = fc.tuple(
  fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{0,12}$/),
  fc.stringMatching(/^[\x21-\x7e\x80-\xff]([\t\x20-\x7e\x80-\xff]{0,20}[\x21-\x7e\x80-\xff])?$/),
);
const bytes = fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all).toString("latin1"));

test("any answer, sized or in chunks, comes out as it went in, however it is cut", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(200, 201, 400, 404, 500, 503),
      fc.array(field, { maxLength: 8 }),
      fc.array(bytes, { maxLength: 6 }),
      fc.boolean(),
      fc.array(fc.nat(5_000), { maxLength: 12 }),
      (status, fields, parts, chunked, cuts) => {
        const body = parts.join("");
        const framing = chunked ? "transfer-encoding: chunked" : `content-length: ${body.length}`;
        const chunks = parts.filter((part) => part.length > 0).map((part) => `${part.length.toString(16)}\r\n${part}\r\n`);
        const sent = chunked ? `${chunks.join("")}0\r\n\r\n` : body;
        const lines = fields.map(([name, value]) => `${name}: ${value}`);
        const wire = answer(`HTTP/1.1 ${status} x`, ...lines, framing, "", sent);

        const result = read(
          wire,
          cuts.map((cut) => cut % wire.length),
        );

        const told = chunked ? [] : ["content-length", String(body.length)];
        expect(result).toEqual({
          head: { status, headers: [...fields.flat(), ...told] },
          body,
          used: wire.length,
          reusable: true,
        });
      },
    ),
    { numRuns: 500 },
  );
});

test("bytes at random, and good answers with some bytes changed, are read, wait for more, or are refused", () => {
  const damaged = fc
    .tuple(
      fc.constantFrom(...GOOD.map(({ wire }) => wire)),
      fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 3 }),
    )
    .map(([wire, changes]) => {
      const all = Buffer.from(wire, "latin1");
      for (const [at, byte] of changes) all[at % all.length] = byte;
      return all.toString("latin1");
    });
  fc.assert(
    fc.property(fc.oneof(damaged, bytes), fc.array(fc.nat(400), { maxLength: 6 }), (wire, cuts) => {
      const whole = attempt(wire, []);
      const pieces = attempt(wire, wire === "" ? [] : cuts.map((cut) => cut % wire.length));

      // A piece may show a fault later than the whole would, but never another answer.
      if (whole !== "refused" && whole.used >= 0) expect(pieces).toEqual(whole);
      if (whole === "refused") expect(pieces).toBe("refused");
    }),
    { numRuns: 3_000 },
  );
});

test("what is taken for a whole answer Node's own client reads in the same way", async () => {
  const pieces = [
    "HTTP/1.1 200 OK\r\n",
    "HTTP/1.0 200 OK\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "content-length: 3\r\n",
    "Content-Length:4\t\r\n",
    "transfer-encoding: chunked\r\n",
    "Transfer-Encoding:CHUNKED \r\n",
    "transfer-encoding: chunked\xa0\r\n",
    "connection: close\r\n",
    "x: \t y\xa0\r\n",
    "\r\n",
    "\n",
    " ",
    "abc",
    "3\r\nabc\r\n",
    "3;x=y\r\nabc\r\n",
    "0\r\n\r\n",
    "0\r\na: b\r\n\r\n",
  ];
  let wire = "";
  const server = createServer((socket) => {
    socket.on("error", () => {}).once("data", () => socket.end(Buffer.from(wire, "latin1")));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const nodes = () =>
    new Promise<{ status: number | undefined; body: string } | string>((resolve) => {
      const { port } = server.address() as AddressInfo;
      const sent = request({ port, host: "127.0.0.1", method: "POST", agent: false }, (response) => {
        let body = "";
        response.setEncoding("latin1").on("data", (part) => (body += String(part)));
        response.on("end", () => resolve({ status: response.statusCode, body }));
        response.on("error", (cause) => resolve(String(cause)));
      });
      sent.on("error", (cause) => resolve(String(cause))).end();
    });
  let taken = 0;

  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), async (rest) => {
      wire = `HTTP/1.1 200 OK\r\n${rest.join("")}`;
      const ours = attempt(wire, [], { ends: true });
      if (ours === "refused" || ours.used < 0) return;
      taken++;
      wire = wire.slice(0, ours.used);

      expect(await nodes()).toEqual({ status: ours.head?.status, body: ours.body });
    }),
    { numRuns: 3_000 },
  );

  server.close();
  expect(taken).toBeGreaterThan(100);
});

function attempt(wire: string, cuts: readonly number[], options: Parameters<typeof read>[2] = {}): Read | "refused" {
  try {
    return read(wire, cuts, options);
  } catch (cause) {
    if (cause instanceof Error && cause.name === "WrongAnswer") return "refused";
    throw cause;
  }
}
