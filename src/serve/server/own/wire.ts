/**
 * Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding), as much as reading ONNX files needs. A schema
 * library would take longer to load than the model takes to read.
 */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly kind: 0 | 1 | 2 | 5;
  /** Of kind 0: two's complement, as `int64` fields are. */
  readonly integer: bigint;
  /** Of every other kind: the bytes without their length. */
  readonly bytes: Uint8Array;
  /** Where the next field begins. */
  readonly end: number;
}

const NO_BYTES = new Uint8Array(0);
const UTF8 = new TextDecoder();

/** The fields of a message in the order of the file; throws a `RangeError` when the bytes are not such a message. */
export function* readFields(message: Uint8Array): Generator<Field> {
  let at = 0;

  function varint(): bigint {
    let low = 0;
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) break;
      // Nearly all varints are small; those need no bigint until the end.
      if (shift < 28) low |= (byte & 0x7f) << shift;
      else value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asIntN(64, value | BigInt(low));
    }
    throw new RangeError("a varint does not end");
  }

  function take(length: number): Uint8Array {
    if (length < 0 || at + length > message.length) throw new RangeError("a field is longer than its message");
    at += length;
    return message.subarray(at - length, at);
  }

  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    const kind = key & 7;
    if (number === 0) throw new RangeError("field number 0");
    if (kind === 0) yield { number, kind, integer: varint(), bytes: NO_BYTES, end: at };
    else if (kind === 1) yield { number, kind, integer: 0n, bytes: take(8), end: at };
    else if (kind === 2) yield { number, kind, integer: 0n, bytes: take(Number(varint())), end: at };
    else if (kind === 5) yield { number, kind, integer: 0n, bytes: take(4), end: at };
    else throw new RangeError(`wire type ${kind}`);
  }
}

/** Appends a repeated integer field, packed or not. */
export function pushIntegers(into: bigint[], { kind, integer, bytes }: Field): void {
  if (kind === 0) {
    into.push(integer);
    return;
  }
  let low = 0;
  let high = 0n;
  let shift = 0;
  for (const byte of bytes) {
    if (shift > 63) throw new RangeError("a varint does not end");
    if (shift < 28) low |= (byte & 0x7f) << shift;
    else high |= BigInt(byte & 0x7f) << BigInt(shift);
    shift += 7;
    if (byte < 0x80) {
      into.push(BigInt.asIntN(64, high | BigInt(low)));
      low = shift = 0;
      high = 0n;
    }
  }
  if (shift !== 0) throw new RangeError("a varint does not end");
}

/** Appends a repeated `float` field, packed or not. */
export function pushFloats(into: number[], { bytes }: Field): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 4) into.push(view.getFloat32(at, true));
}

/** Appends a repeated `double` field, packed or not. */
export function pushDoubles(into: number[], { bytes }: Field): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += 8) into.push(view.getFloat64(at, true));
}

export function text(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}
