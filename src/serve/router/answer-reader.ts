import type { WholeAnswer } from "./same-answer.ts";
import type { AnswerHead } from "./upstream/answer-head.ts";
import type { AnswerListener, Call, Failure, UpstreamRequest } from "./upstream/call.ts";
import type { Pool } from "./upstream/pool.ts";

/** Bytes; a longer answer is not kept, neither the live one nor the challenger's. */
export const MOST_COMPARED = 2 ** 20;

/** The whole answer within `timeoutMs`, over a pool of the router's own requests. `done` is called once. */
export function readAnswer(
  pool: Pool,
  request: UpstreamRequest,
  timeoutMs: number,
  done: (outcome: WholeAnswer | Failure) => void,
): void {
  const reader = new AnswerReader(done);
  reader.call = pool.send(request, reader);
  reader.timer = setTimeout(() => reader.giveUp("the answer took too long"), timeoutMs);
}

class AnswerReader implements AnswerListener {
  call: Call | undefined;
  timer: NodeJS.Timeout | undefined;
  readonly #done: (outcome: WholeAnswer | Failure) => void;
  readonly #parts: string[] = [];
  #status = 0;
  #bytes = 0;

  constructor(done: (outcome: WholeAnswer | Failure) => void) {
    this.#done = done;
  }

  giveUp(message: string): void {
    this.call?.abort();
    this.onFailure({ kind: "broken", message });
  }

  onHead({ status }: AnswerHead): void {
    this.#status = status;
  }

  onData(part: string): void {
    this.#bytes += part.length;
    if (this.#bytes > MOST_COMPARED) this.giveUp("the answer is too large");
    else this.#parts.push(part);
  }

  onEnd(): void {
    clearTimeout(this.timer);
    this.#done({ status: this.#status, body: Buffer.from(this.#parts.join(""), "latin1") });
  }

  onFailure(failure: Failure): void {
    clearTimeout(this.timer);
    this.#done(failure);
  }
}
