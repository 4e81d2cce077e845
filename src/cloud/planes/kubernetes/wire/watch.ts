import type { ServerResponse } from "node:http";
import type { JsonObject } from "../../../../base/index.ts";
import type { Kind } from "../kinds/kind.ts";
import type { ObjectEvent, Objects } from "../objects/objects.ts";
import type { Selector } from "../objects/selectors.ts";
import { badRequest, Refusal } from "./refusal.ts";
import { oneObject, type Shape } from "./table.ts";

export interface Watching {
  readonly objects: Objects;
  readonly cluster: string;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly selects: Selector;
  readonly query: URLSearchParams;
  readonly shape: Shape;
}

const LONGEST_SECONDS = 3600;
/** What may wait for a client that does not read; one further behind is cut off, and lists and watches anew. */
const MOST_WAITING_BYTES = 16 * 1024 * 1024;

/** Streams events, one JSON object a line, until the client's time is over or it goes away. */
export function watch(response: ServerResponse, watching: Watching): void {
  const { objects, cluster, kind, namespace, selects, query, shape } = watching;
  if (query.get("sendInitialEvents") === "true")
    throw new Refusal(
      422,
      "Invalid",
      'ListOptions.meta.k8s.io "" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    );
  const asked = query.get("resourceVersion") ?? "";
  const since = asked === "" || asked === "0" ? objects.version(cluster) : Number(asked);
  if (!Number.isSafeInteger(since)) throw badRequest(`resourceVersion: Invalid value: ${JSON.stringify(asked)}: unable to parse`);
  const send = (type: string, object: JsonObject) => response.write(`${JSON.stringify({ type, object })}\n`);
  const chooses = (object: JsonObject) => (namespace === undefined || namespaceOf(object) === namespace) && selects(object);
  const tell = (event: ObjectEvent) => {
    const type = event.kind === kind ? seenAs(event, chooses) : undefined;
    if (type !== undefined) send(type, oneObject(kind, event.object, shape));
    if (response.writableLength > MOST_WAITING_BYTES) response.destroy();
  };
  const stream = objects.watch(cluster, since, { tell, end: () => response.end() });
  response.writeHead(200, { "content-type": "application/json", "cache-control": "no-cache, private" });
  if (stream === undefined) {
    const expired = new Refusal(410, "Expired", `too old resource version: ${since} (${objects.version(cluster)})`);
    send("ERROR", expired.toStatus());
    response.end();
    return;
  }
  if (asked === "" || asked === "0")
    for (const object of objects.list(cluster, kind, namespace).filter(selects)) send("ADDED", oneObject(kind, object, shape));
  for (const event of stream.past) tell(event);
  response.flushHeaders();
  const seconds = Math.min(Number(query.get("timeoutSeconds") ?? LONGEST_SECONDS) || LONGEST_SECONDS, LONGEST_SECONDS);
  const timer = setTimeout(() => response.end(), seconds * 1000).unref();
  response.on("close", () => {
    clearTimeout(timer);
    stream.stop();
  });
}

/** An object comes and goes for a watch as its selectors choose it. */
function seenAs(
  { type, before, object }: ObjectEvent,
  chooses: (object: JsonObject) => boolean,
): ObjectEvent["type"] | undefined {
  const was = before !== undefined && chooses(before);
  const is = type !== "DELETED" && chooses(object);
  if (was) return is ? "MODIFIED" : "DELETED";
  return is ? "ADDED" : undefined;
}

function namespaceOf({ metadata }: JsonObject): string | undefined {
  const value = (metadata as JsonObject | undefined)?.namespace;
  return typeof value === "string" ? value : undefined;
}
