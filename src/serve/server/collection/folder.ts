import { isUtf8 } from "node:buffer";
import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseJson } from "../../../base/index.ts";
import type { CollectedEvent, Collection, Sink } from "./event.ts";

/** Who is speaking: the same in every event of a process. */
export interface Source {
  readonly endpoint: string;
  readonly deployment: string;
  /** `/subscriptions/../onlineEndpoints/E/deployments/D` where there is one. */
  readonly resource: string;
  /** Names the process among those of its deployment. */
  readonly instance: string;
}

/** Azure's bound on the data of an event; larger data is written beside the events. */
const MOST_DATA = 4 * 2 ** 20;

/** Appends to files below `folder`, in Azure ML's layout; each process writes its own. */
export function folderSink(folder: string, source: Source): Sink {
  return async (events) => {
    const lines = new Map<string, string>();
    for (const event of events) {
      const place = placeOf(event.collection, event.time, source);
      lines.set(place, (lines.get(place) ?? "") + (await lineOf(folder, place, event, source)));
    }
    for (const [place, text] of lines) {
      await mkdir(join(folder, place), { recursive: true });
      await appendFile(join(folder, place, `${source.instance}.jsonl`), text);
    }
  };
}

/** `{endpoint}/{deployment}/{collection}/{yyyy}/{MM}/{dd}/{HH}`, by universal time. */
function placeOf(collection: Collection, time: number, { endpoint, deployment }: Source): string {
  const [date = "", clock = ""] = new Date(time).toISOString().split("T");
  return [endpoint, deployment, collection, ...date.split("-"), clock.slice(0, 2)].join("/");
}

async function lineOf(folder: string, place: string, event: CollectedEvent, source: Source): Promise<string> {
  const bytes = Buffer.byteLength(event.data);
  const attributes = {
    specversion: "1.0",
    id: event.id,
    source: source.resource,
    type: `azureml.inference.${event.collection}`,
    datacontenttype: event.contentType,
    time: new Date(event.time).toISOString(),
    correlationid: event.correlationId,
    xrequestid: event.requestId,
    ...event.more,
    contentrange: `bytes 0-${Math.max(0, bytes - 1)}/${bytes}`,
  };
  if (bytes <= MOST_DATA) return `${JSON.stringify(attributes).slice(0, -1)},${dataMember(event)}}\n`;
  const name = `${source.instance}_${event.id}.${isJson(event.contentType) ? "json" : "bin"}`;
  await mkdir(join(folder, place), { recursive: true });
  await writeFile(join(folder, place, name), event.data);
  return `${JSON.stringify({ ...attributes, dataref: `${place}/${name}` })}\n`;
}

/** CloudEvents' JSON format, section 3.1: JSON as it is, text as a string, anything else in base 64. */
function dataMember({ contentType, data }: CollectedEvent): string {
  if (typeof data !== "string" && !isUtf8(data)) return `"data_base64":"${data.toString("base64")}"`;
  const text = String(data);
  // Line breaks between its values would cut the line; those within its texts are escaped.
  if (isJson(contentType) && parseJson(text) !== undefined) return `"data":${text.replaceAll(/[\r\n]+/g, " ")}`;
  return `"data":${JSON.stringify(text)}`;
}

const isJson = (contentType: string) => /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType);
