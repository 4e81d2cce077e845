import type { ServerResponse } from "node:http";
import type { Instance } from "./instance.ts";
import type { AnswerHead } from "./upstream/answer-head.ts";
import type { AnswerListener, Call, Failure, UpstreamRequest } from "./upstream/call.ts";

/** How one attempt ended: like this, or as a failed call does. */
export type Outcome = "answered" | "aborted" | Failure["kind"];

export interface Attempt {
  readonly instance: Instance;
  /** Over a connection that nobody used before. */
  readonly fresh: boolean;
  readonly request: UpstreamRequest;
  /** Names and values by turns; asked when the answer begins. */
  readonly answerHeaders: () => readonly string[];
  readonly response: ServerResponse;
  /** Also gets each part of the answer's body. */
  readonly onData?: ((part: string) => void) | undefined;
}

/** Only the router says where an answer came from. */
const SAID_BY_THE_ROUTER = new Set(["azureml-model-deployment", "x-model-name", "x-model-version", "x-image-digest"]);

/** Sends the request to one instance and its answer, as it arrives, to the caller. */
export class Forward implements AnswerListener {
  readonly #attempt: Attempt;
  readonly #done: (outcome: Outcome, why: string) => void;
  #call: Call | undefined;
  #missing = 0;
  #settled = false;

  constructor(attempt: Attempt, done: (outcome: Outcome, why: string) => void) {
    this.#attempt = attempt;
    this.#done = done;
  }

  start(): void {
    const { instance, fresh, request } = this.#attempt;
    instance.inFlight++;
    this.#call = instance.pool.send(request, this, fresh);
  }

  /** The caller left or its time is over. Ends at once, even when the request still waits for a free connection. */
  abort(): void {
    this.#call?.abort();
    this.#settle("aborted", "");
  }

  onHead({ status, headers, bodyLength }: AnswerHead): void {
    const { response, answerHeaders } = this.#attempt;
    this.#missing = bodyLength < 0 ? Number.POSITIVE_INFINITY : bodyLength;
    const passed: string[] = [];
    for (let at = 0; at + 1 < headers.length; at += 2) {
      const [name = "", value = ""] = [headers[at], headers[at + 1]];
      if (!SAID_BY_THE_ROUTER.has(name)) passed.push(name, value);
    }
    passed.push(...answerHeaders());
    response.writeHead(status, passed);
  }

  /** Text goes out with the headers in one write, and with the end in one packet; a buffer would cost a gathering write. */
  onData(part: string): void {
    const { response, onData } = this.#attempt;
    onData?.(part);
    this.#missing -= part.length;
    if (this.#missing <= 0) response.end(part, "latin1");
    else if (!response.write(part, "latin1")) {
      this.#call?.setPaused(true);
      response.once("drain", () => this.#call?.setPaused(false));
    }
  }

  onEnd(): void {
    const { response } = this.#attempt;
    if (!response.writableEnded) response.end();
    this.#settle("answered", "");
  }

  onFailure({ kind, message }: Failure): void {
    this.#settle(kind, message);
  }

  #settle(outcome: Outcome, why: string): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#attempt.instance.inFlight--;
    this.#done(outcome, why);
  }
}
