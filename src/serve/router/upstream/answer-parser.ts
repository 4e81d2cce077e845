import { type AnswerHead, CHUNKED, checkTrailers, readHead, UNTIL_CLOSE, WrongAnswer } from "./answer-head.ts";

export interface AnswerParts {
  onHead(head: AnswerHead): void;
  /** A part of the body; each character is a byte. */
  onData(part: string): void;
}

/** Bytes; the usual limit (node:http's own). */
const MOST_HEAD = 16 * 1024;
/** Bytes of a chunk's length with its extensions. */
const MOST_SIZE_LINE = 256;
const SIZE_LINE = /^[\da-f]{1,12}(?:[\t ]*;[\t\x20-\x7e\x80-\xff]*)?$/i;

type Expected = "head" | "sized" | "chunk size" | "chunk" | "chunk end" | "trailers" | "rest" | "nothing";

/**
 * Reads the answers of one connection, one after the other, however they are cut into pieces. What is not plainly right is
 * a `WrongAnswer`: the connection cannot be trusted any more.
 */
export class AnswerParser {
  readonly #parts: AnswerParts;
  #expected: Expected = "nothing";
  #method = "";
  /** What is there of a head, a length or trailers that are not complete. */
  #held = "";
  /** Bytes of the body, or of its present chunk, that are still to come. */
  #left = 0;
  #at = 0;
  #count = 0;
  #begun = false;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** The next answer is to a request of this method. */
  expect(method: string): void {
    this.#expected = "head";
    this.#method = method;
    this.#begun = false;
  }

  /** Some byte of the answer has come. */
  get begun(): boolean {
    return this.#begun;
  }

  /** Takes the first `count` bytes. How many of them belong to the answer when it ends among them, else -1. @throws WrongAnswer */
  read(bytes: Buffer, count: number): number {
    this.#at = 0;
    this.#count = count;
    this.#begun ||= count > 0;
    while (this.#at < count && this.#expected !== "nothing") this.#step(bytes);
    return this.#expected === "nothing" ? this.#at : -1;
  }

  /** The other side says no more. Whether the answer is whole by that. */
  end(): boolean {
    if (this.#expected !== "rest") return false;
    this.#expected = "nothing";
    return true;
  }

  #step(bytes: Buffer): void {
    switch (this.#expected) {
      case "head": {
        const text = this.#until("\r\n\r\n", MOST_HEAD, bytes);
        if (text !== undefined) this.#takeHead(readHead(text, this.#method));
        return;
      }
      case "sized":
        this.#pass(bytes, this.#left);
        if (this.#left === 0) this.#expected = "nothing";
        return;
      case "rest":
        return this.#pass(bytes, this.#count);
      case "chunk size": {
        const line = this.#until("\r\n", MOST_SIZE_LINE, bytes);
        if (line === undefined) return;
        if (!SIZE_LINE.test(line)) throw new WrongAnswer("the length of a chunk is malformed");
        this.#left = Number.parseInt(line, 16);
        if (this.#left > 0) this.#expected = "chunk";
        else {
          this.#expected = "trailers";
          // Their end is an empty line, whether there are any or not.
          this.#held = "\r\n";
        }
        return;
      }
      case "chunk":
        this.#pass(bytes, this.#left);
        if (this.#left === 0) this.#expected = "chunk end";
        return;
      case "chunk end":
        if (this.#until("\r\n", 2, bytes) === "") this.#expected = "chunk size";
        return;
      case "trailers": {
        const text = this.#until("\r\n\r\n", MOST_HEAD, bytes);
        if (text === undefined) return;
        checkTrailers(text);
        this.#expected = "nothing";
        return;
      }
      case "nothing":
    }
  }

  #takeHead(head: AnswerHead): void {
    if (head.status === 101) throw new WrongAnswer("it changes the protocol, which nobody asked for");
    // 1xx are for this hop only; the answer proper follows.
    if (head.status < 200) return;
    this.#left = head.bodyLength;
    if (head.bodyLength === CHUNKED) this.#expected = "chunk size";
    else if (head.bodyLength === UNTIL_CLOSE) this.#expected = "rest";
    else this.#expected = head.bodyLength === 0 ? "nothing" : "sized";
    this.#parts.onHead(head);
  }

  /** Hands on at most so many bytes. */
  #pass(bytes: Buffer, most: number): void {
    const from = this.#at;
    this.#at = Math.min(this.#count, from + most);
    this.#left -= this.#at - from;
    this.#parts.onData(bytes.toString("latin1", from, this.#at));
  }

  /** The text before `mark`, once both are there. */
  #until(mark: string, most: number, bytes: Buffer): string | undefined {
    const before = this.#held.length;
    const text = this.#held + bytes.toString("latin1", this.#at, Math.min(this.#count, this.#at + most - before));
    const end = text.indexOf(mark, before - mark.length);
    if (end >= 0) {
      this.#at += end + mark.length - before;
      this.#held = "";
      return text.slice(0, end);
    }
    if (text.length >= most) throw new WrongAnswer(`its ${this.#expected} is malformed or longer than ${most} bytes`);
    this.#at += text.length - before;
    this.#held = text;
    return undefined;
  }
}
