import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { responseHeaders } from "./headers.ts";
import type { Instance } from "./instance.ts";

/** How one attempt ended. `refused` = no connection, `lost` = the connection failed before any byte of an answer, `broken` = after. */
export type Outcome = "answered" | "refused" | "lost" | "broken" | "aborted";

export interface Attempt {
  readonly instance: Instance;
  /** Over a connection that nobody used before. */
  readonly fresh: boolean;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string | string[]>;
  readonly body: Buffer;
  /** Asked when the answer begins. */
  readonly answerHeaders: () => Readonly<Record<string, string>>;
  readonly response: ServerResponse;
  /** Also gets each part of the answer's body. */
  readonly onData?: ((chunk: Buffer) => void) | undefined;
}

/** Nobody listens, or nobody takes connections. */
const NO_CONNECTION = new Set(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "EHOSTUNREACH"]);

/** Bytes. */
const SMALL = 4096;

/** Sends the request to one instance and its answer, as it arrives, to the caller. */
export class Forward implements Dispatcher.DispatchHandler {
  readonly #attempt: Attempt;
  readonly #done: (outcome: Outcome) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #missing = Number.POSITIVE_INFINITY;
  #started = false;
  #aborted = false;
  #settled = false;

  constructor(attempt: Attempt, done: (outcome: Outcome) => void) {
    this.#attempt = attempt;
    this.#done = done;
  }

  start(): void {
    const { instance, fresh, method, path, headers, body } = this.#attempt;
    instance.inFlight++;
    const request = { method, path, headers, body: body.length === 0 ? null : body };
    (fresh ? instance.fresh : instance.pool).dispatch(request, this);
  }

  /** The caller left or its time is over. Ends at once, even when the request still waits for a free connection. */
  abort(): void {
    this.#aborted = true;
    // First, or undici's report of the abort would look like a lost connection.
    this.#settle("aborted");
    this.#controller?.abort(new Error("aborted by the router"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#aborted) controller.abort(new Error("aborted by the router"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // 1xx are for this hop only.
    if (status < 200 || this.#aborted) return;
    this.#started = true;
    this.#missing = Number(headers["content-length"] ?? Number.POSITIVE_INFINITY);
    this.#attempt.response.writeHead(status, responseHeaders(headers, this.#attempt.answerHeaders()));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#aborted) return;
    const { response, onData } = this.#attempt;
    onData?.(chunk);
    this.#missing -= chunk.length;
    // The last part goes out together with the end, so that a small answer is one packet. As Latin-1 text, which keeps every
    // byte, Node joins it to the headers in one write; a buffer would cost a gathering write.
    if (this.#missing <= 0) {
      if (chunk.length <= SMALL) response.end(chunk.toString("latin1"), "latin1");
      else response.end(chunk);
    } else if (!response.write(chunk)) {
      controller.pause();
      response.once("drain", () => controller.resume());
    }
  }

  onResponseEnd(): void {
    this.#attempt.instance.inFlight--;
    if (this.#settled) return;
    if (!this.#attempt.response.writableEnded) this.#attempt.response.end();
    this.#settle("answered");
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    this.#attempt.instance.inFlight--;
    if (this.#started) this.#settle("broken");
    else this.#settle("code" in cause && NO_CONNECTION.has(String(cause.code)) ? "refused" : "lost");
  }

  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#done(outcome);
  }
}
