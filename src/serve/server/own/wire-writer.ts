import { readFields } from "./wire.ts";

/** The other direction of `wire.ts`, as much as changing a message in place needs. */
export function bytesField(number: number, bytes: Uint8Array): Uint8Array {
  return concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export function integerField(number: number, value: number): Uint8Array {
  return concat([varint(number << 3), varint(value)]);
}

/** The message with every field of this number changed, and all others byte for byte as they were, in the same order. */
export function rewrite(message: Uint8Array, number: number, change: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  let from = 0;
  for (const field of readFields(message)) {
    const whole = message.subarray(from, field.end);
    from = field.end;
    const changed = field.number === number && field.kind === 2 ? change(field.bytes) : field.bytes;
    parts.push(changed === field.bytes ? whole : bytesField(number, changed));
  }
  return concat(parts);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Not negative, below 2^31. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left & 0x7f) | 0x80);
  return Uint8Array.of(...bytes, left);
}
