import { RequestFault } from "../fault.ts";
import { halfToNumber } from "./float16.ts";
import { ELEMENTS, elementCount, type Tensor, type TensorData, type TensorSpec } from "./tensor.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads a tensor of the binary extension: little-endian elements in row-major order, BYTES as a 32-bit length and the bytes. */
export function readBinary(bytes: Uint8Array, dims: readonly number[], { name, type }: TensorSpec): Tensor {
  const length = elementCount(dims);
  const place = `input "${name}"`;
  const { size } = ELEMENTS[type];
  if (size === undefined) return { type, dims, data: readTexts(bytes, length, place) };
  if (bytes.length !== length * size) {
    throw new RequestFault(
      400,
      "serve.binary-size",
      `${place} has ${bytes.length} bytes of data; shape [${dims.join(", ")}] of ${ELEMENTS[type].oip} holds ${length * size}`,
    );
  }
  const data = ELEMENTS[type].create(length) as Exclude<TensorData, string[]>;
  new Uint8Array(data.buffer).set(bytes);
  checkValues(data, type, place);
  return { type, dims, data };
}

/** Binary data can say what JSON cannot; it is refused there too. */
function checkValues(data: Exclude<TensorData, string[]>, type: Tensor["type"], place: string): void {
  const fault = (at: number, seen: string) =>
    new RequestFault(400, "serve.value", `${place} has ${seen} at position ${at}; the model takes ${ELEMENTS[type].wants}`);
  if (type === "bool") {
    const at = (data as Uint8Array).findIndex((value) => value > 1);
    if (at >= 0) throw fault(at, `byte ${data[at]}`);
  } else if (type === "float32" || type === "float64") {
    const at = (data as Float64Array).findIndex((value) => !Number.isFinite(value));
    if (at >= 0) throw fault(at, String(data[at]));
  } else if (type === "float16") {
    const at = (data as Uint16Array).findIndex((value) => (value & 0x7c00) === 0x7c00);
    if (at >= 0) throw fault(at, String(halfToNumber(Number(data[at]))));
  }
}

function readTexts(bytes: Uint8Array, length: number, place: string): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = at + 4 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    if (at + 4 + size > bytes.length)
      throw new RequestFault(400, "serve.binary-size", `${place} has element ${texts.length} that is longer than its data`);
    if (texts.length === length) break;
    texts.push(decode(bytes.subarray(at + 4, at + 4 + size), texts.length, place));
    at += 4 + size;
  }
  if (texts.length !== length || at !== bytes.length)
    throw new RequestFault(400, "serve.binary-size", `${place} has data for other than the ${length} elements of its shape`);
  return texts;
}

function decode(bytes: Uint8Array, at: number, place: string): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new RequestFault(400, "serve.value", `${place} has bytes at position ${at} that are not UTF-8; the model takes text`);
  }
}

/** The bytes of a tensor as the extension sends them. */
export function binaryOf({ data }: Tensor): Buffer {
  if (!Array.isArray(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const parts: Buffer[] = [];
  for (const text of data) {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    parts.push(length, bytes);
  }
  return Buffer.concat(parts);
}
