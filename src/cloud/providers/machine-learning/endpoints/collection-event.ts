import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { parseJson } from "../../../../base/index.ts";
import type { RollingRate } from "./data-collector.ts";

/** What Azure ML's clients post to the agent: the attributes as `ce-` headers, the data as the body. */
export interface PostedEvent {
  readonly id: string;
  readonly collection: string;
  readonly time: Date;
  readonly contentType: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: Buffer;
}

const TYPE = "azureml.inference.";
/** Larger data, and data that is no text, has a blob of its own. */
const MOST_INLINE = 4 * 2 ** 20;

/** The event of a POST, or in one line why it is none. */
export function readEvent(headers: IncomingHttpHeaders, data: Buffer): PostedEvent | string {
  const { "trace-id": id, "ce-type": type, "ce-time": seconds } = headers;
  if (typeof id !== "string" || !/^[\w-]{1,100}$/.test(id)) return "trace-id is missing";
  if (typeof type !== "string" || !type.startsWith(TYPE)) return "ce-type is missing";
  const time = new Date(Number(seconds) * 1000);
  if (Number.isNaN(time.getTime())) return "ce-time is not a time in seconds";
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith("ce-") && name !== "ce-type" && name !== "ce-time" && typeof value === "string")
      attributes[name.slice(3).replaceAll("-", "")] = value;
  }
  return {
    id,
    collection: type.slice(TYPE.length),
    time,
    contentType: headers["content-type"] ?? "application/octet-stream",
    attributes,
    data,
  };
}

/** `yyyy/MM/dd/HH`, as far as the rate goes, by universal time. */
export function folderOf(time: Date, rate: RollingRate): string {
  const [year = "", month = "", day = "", hour = "", minute = ""] = time.toISOString().split(/[-T:]/);
  const parts = { Year: [], Month: [month], Day: [month, day], Hour: [month, day, hour], Minute: [month, day, hour, minute] };
  return [year, ...parts[rate]].join("/");
}

/** Whether the data goes into the line of the event. */
export const isInline = ({ data }: PostedEvent) => data.length <= MOST_INLINE && isUtf8(data);

/** The event as a line of JSON; with `url` its data is there. */
export function eventLine(event: PostedEvent, source: string, url?: string): string {
  const { id, collection, time, contentType, attributes, data } = event;
  const { xrequestid, ...more } = attributes;
  const whole = {
    specversion: "1.0",
    id,
    source,
    type: TYPE + collection,
    datacontenttype: contentType,
    time: time.toISOString(),
    ...(xrequestid === undefined ? {} : { correlationid: xrequestid, xrequestid }),
    ...more,
    contentrange: `bytes 0-${Math.max(0, data.length - 1)}/${data.length}`,
  };
  if (url !== undefined) return `${JSON.stringify({ ...whole, data: url, datainblob: "true" })}\n`;
  return `${JSON.stringify(whole).slice(0, -1)},"data":${dataText(contentType, data.toString())}}\n`;
}

/** JSON as it is, on one line; anything else as a text. */
function dataText(contentType: string, text: string): string {
  if (!contentType.includes("json")) return JSON.stringify(text);
  return parseJson(text) === undefined ? JSON.stringify(text) : text.replaceAll(/[\r\n]+/g, " ");
}
