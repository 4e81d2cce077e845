import type { Dispatcher } from "undici";
import type { WholeAnswer } from "./same-answer.ts";

/** Bytes; a longer answer is not kept, neither the live one nor the challenger's. */
export const MOST_COMPARED = 2 ** 20;

/** Collects one answer within `timeoutMs`. */
export class AnswerReader implements Dispatcher.DispatchHandler {
  readonly #done: (outcome: WholeAnswer | Error) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #bytes = 0;
  #late = false;

  constructor(timeoutMs: number, done: (outcome: WholeAnswer | Error) => void) {
    this.#done = done;
    this.#timer = setTimeout(() => {
      this.#late = true;
      this.#controller?.abort(new Error("the answer took too long"));
    }, timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#late) controller.abort(new Error("the answer took too long"));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MOST_COMPARED) controller.abort(new Error("the answer is too large"));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.#done({ status: this.#status, body: Buffer.concat(this.#chunks) });
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    clearTimeout(this.#timer);
    this.#done(cause);
  }
}
