import { asString, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import type { Field, Message } from "./messages.ts";
import { MESSAGES } from "./messages.ts";
import { badRequest, Refusal } from "./refusal.ts";

const MAGIC = Buffer.from("k8s\0");
const decoder = new TextDecoder("utf-8", { fatal: true });

/** The body of a Kubernetes client that speaks protobuf: an envelope with the type's name, and the object. Only of types in `MESSAGES`. */
export function decodeProtobuf(bytes: Buffer): JsonObject {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) throw badRequest("the body is not Kubernetes' protobuf");
  try {
    const envelope = read(MESSAGES.Unknown, bytes.subarray(MAGIC.length));
    const { typeMeta, raw } = envelope as { typeMeta?: JsonObject; raw?: string };
    const kind = typeof typeMeta?.kind === "string" ? typeMeta.kind : "";
    const message = MESSAGES[kind];
    if (message === undefined)
      throw new Refusal(
        415,
        "UnsupportedMediaType",
        `the body of the request was in an unknown format - the embedded AKS reads no ${kind === "" ? "such type" : kind} in protobuf; send application/json`,
      );
    const object = read(message, Buffer.from(raw ?? "", "base64"));
    return { apiVersion: typeMeta?.apiVersion, kind, ...object };
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw badRequest("the protobuf body is damaged");
    throw error;
  }
}

/** Go writes empty members out; they are the same as none. */
function read(message: Message | undefined, bytes: Buffer): JsonObject {
  const out: JsonObject = {};
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      if (at >= bytes.length) throw new RangeError("the message ends within a number");
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a number has more than 64 bits");
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = message?.[Math.floor(tag / 8)];
    if (tag % 8 === 0) {
      const number = varint();
      if (field !== undefined) out[field.name] = field.type === "boolean" ? number !== 0 : number;
      continue;
    }
    if (tag % 8 !== 2) throw new RangeError("the message has a number of a width that no type here has");
    const length = varint();
    if (at + length > bytes.length) throw new RangeError("a member is longer than its message");
    const part = bytes.subarray(at, at + length);
    at += length;
    if (field !== undefined) put(out, field, part);
  }
  return out;
}

function put(out: JsonObject, field: Field, part: Buffer): void {
  const { name, type } = field;
  if (type === "map" || type === "bytes map") {
    const { key = "", value = "" } = read(type === "map" ? MESSAGES.Entry : MESSAGES.BytesEntry, part);
    out[name] = { ...(out[name] as JsonObject | undefined), [asString(key)]: value };
    return;
  }
  const value = valueOf(field, part);
  if (value === undefined) return;
  const before = out[name];
  out[name] = field.repeated === true ? [...(Array.isArray(before) ? before : []), value] : value;
}

function valueOf({ type, repeated }: Field, part: Buffer): JsonValue | undefined {
  if (type === "bytes") return part.toString("base64");
  if (type === "string") {
    const text = decoder.decode(part);
    // In a list an empty text is a value: the core group of a rule.
    return text === "" && repeated !== true ? undefined : text;
  }
  const inner = read(MESSAGES[type], part);
  return Object.keys(inner).length === 0 && repeated !== true ? undefined : inner;
}
