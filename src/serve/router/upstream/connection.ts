import { connect, type Socket } from "node:net";
import { type AnswerHead, WrongAnswer } from "./answer-head.ts";
import { AnswerParser, type AnswerParts } from "./answer-parser.ts";
import type { Call, Failure } from "./call.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
  /** What the field `host` says. */
  readonly authority: string;
}

/** Who gives it its calls. */
export interface Owner {
  /** An answer is whole and another request may follow. */
  onIdle(connection: Connection): void;
  onClosed(connection: Connection): void;
}

const CONNECT_MS = 2_000;
/** Read at once, in bytes. Each connection has a buffer of its own, since some systems fill it before they tell. */
const READ_BYTES = 16 * 1024;
/** Bytes; a smaller body goes out with the head, in one write. */
const SMALL = 8 * 1024;

/** One kept-alive HTTP/1.1 connection that carries one request at a time. Whatever is odd ends it. */
export class Connection implements AnswerParts {
  /** While idle: when it gets too old, in milliseconds of `performance.now`. */
  idleUntil = 0;
  readonly #authority: string;
  readonly #longestIdleMs: number;
  readonly #owner: Owner;
  readonly #socket: Socket;
  readonly #buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  readonly #parser = new AnswerParser(this);
  readonly #connecting: NodeJS.Timeout;
  #call: Call | undefined;
  #idleMs = 0;
  #connected = false;
  #paused = false;
  #closed = false;

  constructor({ host, port, authority }: Address, longestIdleMs: number, owner: Owner) {
    this.#authority = authority;
    this.#longestIdleMs = longestIdleMs;
    this.#owner = owner;
    this.#connecting = setTimeout(() => this.#break("connecting took too long"), CONNECT_MS);
    // Without `data` events and a new buffer for each of them.
    const onread = { buffer: this.#buffer, callback: (count: number) => this.#onBytes(count) };
    this.#socket = connect({ host, port, noDelay: true, onread })
      .on("connect", () => {
        clearTimeout(this.#connecting);
        this.#connected = true;
      })
      .on("end", () => this.#onEnd())
      .on("error", ({ message }) => this.#break(message))
      .on("close", () => this.#break("the connection closed"));
  }

  /** Sends the request as soon as it is connected. */
  carry(call: Call): void {
    const { method, path, fields, body } = call.request;
    this.#call = call;
    call.carrier = this;
    this.#parser.expect(method);
    // RFC 9110, section 8.6: a method that expects a body says so when there is none.
    const length = body.length > 0 || method === "POST" ? `content-length: ${body.length}\r\n` : "";
    const head = `${method} ${path} HTTP/1.1\r\nhost: ${this.#authority}\r\n${length}${fields}\r\n`;
    if (body.length <= SMALL) {
      this.#socket.write(head + body.toString("latin1"), "latin1");
      return;
    }
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    this.#socket.write(body);
    this.#socket.uncork();
  }

  onHead(head: AnswerHead): void {
    this.#idleMs = Math.min(head.idleMs, this.#longestIdleMs);
    this.#call?.listener.onHead(head);
  }

  onData(part: string): void {
    this.#call?.listener.onData(part);
  }

  drop(): void {
    this.#call = undefined;
    this.close();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Ends at once. A call that it carries fails, in the given way. */
  close(failure: Failure = { kind: "retired", message: "the connection was closed" }): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#connecting);
    this.#socket.destroy();
    this.#owner.onClosed(this);
    this.#release()?.listener.onFailure(failure);
  }

  #onBytes(count: number): boolean {
    let used = -1;
    try {
      if (this.#call === undefined) throw new WrongAnswer("bytes came that nobody asked for");
      used = this.#parser.read(this.#buffer, count);
    } catch (cause) {
      this.#break(cause instanceof Error ? cause.message : String(cause));
    }
    if (used >= 0) this.#whole(used === count);
    return true;
  }

  /** @param clean nothing came after the answer. */
  #whole(clean: boolean): void {
    const call = this.#release();
    if (call === undefined) return;
    // An answer that did not wait for the whole request leaves the rest of it on the way.
    if (clean && this.#idleMs > 0 && this.#socket.writableLength === 0) {
      if (this.#paused) this.setPaused(false);
      this.idleUntil = performance.now() + this.#idleMs;
      this.#owner.onIdle(this);
    } else this.close();
    call.listener.onEnd();
  }

  #onEnd(): void {
    if (this.#parser.end()) this.#whole(false);
    this.#break("the connection ended");
  }

  #break(message: string): void {
    if (!this.#connected) this.close({ kind: "refused", message });
    else this.close({ kind: this.#parser.begun ? "broken" : "lost", message });
  }

  #release(): Call | undefined {
    const call = this.#call;
    this.#call = undefined;
    if (call !== undefined) call.carrier = undefined;
    return call;
  }
}
