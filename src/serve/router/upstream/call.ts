import type { AnswerParts } from "./answer-parser.ts";

export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  /** Fields of the head, each with its line break; without `host` and whatever tells the length of the body. */
  readonly fields: string;
  readonly body: Buffer;
}

/**
 * Why there is no whole answer. `refused`: no connection; `lost`: it ended before the first byte of an answer; `broken`: it
 * ended later, or what came is not HTTP; `retired`: the pool is closed.
 */
export interface Failure {
  readonly kind: "refused" | "lost" | "broken" | "retired";
  readonly message: string;
}

/** Who asked. One of `onEnd` and `onFailure` comes last, unless the call is aborted. */
export interface AnswerListener extends AnswerParts {
  onEnd(): void;
  onFailure(failure: Failure): void;
}

/** A request on its way: it waits in the pool, then has a connection for itself. */
export class Call {
  readonly request: UpstreamRequest;
  readonly listener: AnswerListener;
  /** Wants a connection that nobody used before. */
  readonly fresh: boolean;
  /** What has it at present; nothing once it is over. */
  carrier: { drop(call: Call): void; setPaused?(paused: boolean): void } | undefined;

  constructor(request: UpstreamRequest, listener: AnswerListener, fresh: boolean) {
    this.request = request;
    this.listener = listener;
    this.fresh = fresh;
  }

  /** The listener hears no more; the connection that is at it ends. */
  abort(): void {
    const { carrier } = this;
    this.carrier = undefined;
    carrier?.drop(this);
  }

  /** No data comes while it is paused, but for what was read already. */
  setPaused(paused: boolean): void {
    this.carrier?.setPaused?.(paused);
  }
}
