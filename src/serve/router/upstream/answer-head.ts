/** An answer that HTTP/1.1 (RFC 9112) does not allow, or that two readers could understand differently. */
export class WrongAnswer extends Error {
  override readonly name = "WrongAnswer";
}

/** Lengths of a body that `content-length` does not tell. */
export const CHUNKED = -1;
export const UNTIL_CLOSE = -2;

export interface AnswerHead {
  readonly status: number;
  /** Names in lower case and values by turns, without those that speak of this one connection. */
  readonly headers: string[];
  /** Bytes, `CHUNKED` or `UNTIL_CLOSE`. */
  readonly bodyLength: number;
  /** For how long another request may follow over the same connection; 0 when none may. */
  readonly idleMs: number;
}

/** RFC 9110, section 5: a field's name is a token, and no value has a control character but the tabulator. Nothing is folded. */
const FIELDS = String.raw`(?:\r\n[!#$%&'*+\-.^_\x60|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*)*`;
const HEAD = new RegExp(String.raw`^HTTP/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?${FIELDS}$`);
const TRAILERS = new RegExp(`^${FIELDS}$`);

/** RFC 9110, section 7.6.1. `upgrade` and the two of proxies never concern a caller either. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const LENGTH = /^\d{1,15}$/;
const NO_LIMIT_MS = Number.POSITIVE_INFINITY;
/** The instance's clock started before ours: what it announces is used less this. */
const IDLE_MARGIN_MS = 1_000;

/** @param text the status line and the fields, without the empty line. @throws WrongAnswer */
export function readHead(text: string, method: string): AnswerHead {
  if (!HEAD.test(text)) throw new WrongAnswer("its head is malformed");
  const status = Number(text.slice(9, 12));
  const headers: string[] = [];
  let length: string | undefined;
  let coding: string | undefined;
  let connection = "";
  let idleMs = NO_LIMIT_MS;
  for (let end = text.indexOf("\r\n"); end >= 0; ) {
    const from = end + 2;
    end = text.indexOf("\r\n", from);
    const colon = text.indexOf(":", from);
    const name = text.slice(from, colon).toLowerCase();
    const value = unpadded(text, colon + 1, end < 0 ? text.length : end);
    if (HOP_BY_HOP.has(name)) {
      if (name === "connection") connection = connection === "" ? value : `${connection},${value}`;
      else if (name === "keep-alive") idleMs = announced(value);
      else if (name === "transfer-encoding") coding = coding === undefined ? value : `${coding},${value}`;
      continue;
    }
    if (name === "content-length") {
      if (length !== undefined) throw new WrongAnswer("it has two content-length");
      length = value;
      // RFC 9110, section 8.6: a 204 has none; many servers say 0.
      if (status === 204) continue;
    }
    headers.push(name, value);
  }
  const old = text[7] === "0";
  const bodyLength = lengthOf(method, status, length, coding, old);
  const words = connection === "" || connection === "keep-alive" ? NO_WORDS : connection.toLowerCase().split(/[\t ]*,[\t ]*/);
  if (old || bodyLength === UNTIL_CLOSE || words.includes("close")) idleMs = 0;
  return { status, headers: words.length === 0 ? headers : without(headers, words), bodyLength, idleMs };
}

/** @param text each field with the line break before it. @throws WrongAnswer */
export function checkTrailers(text: string): void {
  if (!TRAILERS.test(text)) throw new WrongAnswer("its trailers are malformed");
}

/** Blanks and tabulators around a value do not belong to it. `trim` would take bytes away that do, such as a Latin-1 no-break space. */
function unpadded(text: string, from: number, to: number): string {
  while (from < to && isPadding(text.charCodeAt(from))) from++;
  while (to > from && isPadding(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

const isPadding = (unit: number) => unit === 0x20 || unit === 0x09;

const NO_WORDS: readonly string[] = [];

/** RFC 9112, section 6.3; but whatever is said twice, or in two ways, is not guessed at. */
function lengthOf(method: string, status: number, length: string | undefined, coding: string | undefined, old: boolean): number {
  if (length !== undefined && !LENGTH.test(length)) throw new WrongAnswer("its content-length is not a number");
  if (coding !== undefined) {
    if (length !== undefined) throw new WrongAnswer("it has both content-length and transfer-encoding");
    if (old) throw new WrongAnswer("it has a transfer-encoding, which HTTP/1.0 lacks");
    if (coding.toLowerCase() !== "chunked") throw new WrongAnswer("its transfer-encoding is not chunked");
  }
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) return CHUNKED;
  return length === undefined ? UNTIL_CLOSE : Number(length);
}

function announced(keepAlive: string): number {
  const seconds = /(?:^|[ ,])timeout=(\d{1,6})/i.exec(keepAlive)?.[1];
  return seconds === undefined ? NO_LIMIT_MS : Math.max(0, Number(seconds) * 1000 - IDLE_MARGIN_MS);
}

/** What `connection` names is for this hop, too. */
function without(headers: readonly string[], names: readonly string[]): string[] {
  return headers.filter((_, at) => !names.includes(headers[at - (at % 2)] ?? ""));
}
