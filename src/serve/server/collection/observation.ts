import type { IncomingHttpHeaders } from "node:http";
import type { RequestIds } from "../../request-ids.ts";
import type { Model } from "../model.ts";
import type { Tensors } from "../tensor.ts";
import { type CollectedEvent, type Collection, collectedEvent } from "./event.ts";
import { rowsOf } from "./rows.ts";

/** One run of the model for one request. Kept by reference: nothing is printed in the request's turn. */
export interface Prediction {
  readonly model: Model;
  readonly ids: RequestIds;
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** One request and its answer as HTTP carried them, the request's body unpacked. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly ids: RequestIds;
  readonly body: Buffer;
  readonly status: number;
  readonly contentType: string;
  readonly answer: string | Buffer;
}

export interface Observed<What> {
  readonly what: What;
  readonly time: number;
  /** Collections that are to have it. */
  readonly wanted: readonly Collection[];
}

/** Azure's bound on the data of an event: rows of near requests share one up to here. */
const MOST_DATA = 4 * 2 ** 20;
const HOUR_MS = 3_600_000;

/** The rows of several requests, in as few events as can be; an hour has its own, since files are by the hour or longer. */
export function predictionEvents(
  observed: readonly Observed<Prediction>[],
  collection: "model_inputs" | "model_outputs",
  version: string,
  dropped: ReadonlySet<string>,
): CollectedEvent[] {
  const events: CollectedEvent[] = [];
  let rows = "";
  let first: Observed<Prediction> | undefined;
  const close = () => {
    if (first !== undefined) events.push(rowsEvent(collection, `[${rows}]`, first, version));
    first = undefined;
  };
  for (const one of observed) {
    if (!one.wanted.includes(collection)) continue;
    const text = rowsText(one.what, collection, dropped);
    if (first !== undefined && (rows.length + text.length > MOST_DATA || hourOf(first.time) !== hourOf(one.time))) close();
    rows = first === undefined ? text : `${rows},${text}`;
    first ??= one;
  }
  close();
  return events;
}

const hourOf = (time: number) => Math.floor(time / HOUR_MS);

function rowsText({ model, ids, inputs, outputs }: Prediction, collection: Collection, dropped: ReadonlySet<string>): string {
  const { evaluator, columns } = model;
  const id = ids["x-request-id"];
  const rows =
    collection === "model_inputs"
      ? rowsOf(inputs, evaluator.inputs, columns, dropped, id)
      : rowsOf(outputs, evaluator.outputs, undefined, dropped, id);
  return rows.map((row) => JSON.stringify(row)).join(",");
}

function rowsEvent(
  collection: Collection,
  data: string,
  { what, time }: Observed<Prediction>,
  modelversion: string,
): CollectedEvent {
  return collectedEvent(
    { collection, time, contentType: "application/json", data, ...idsOf(what.ids) },
    { modelversion, collectdatatype: "pandas.core.frame.DataFrame" },
  );
}

/** What the caller sent and got, as two events that share their ids. */
export function exchangeEvents(
  { what, time, wanted }: Observed<Exchange>,
  version: string,
  capture: readonly string[],
): CollectedEvent[] {
  const { method, path, headers, ids, body, status, contentType, answer } = what;
  const sides = {
    request: {
      contentType: headers["content-type"] ?? "application/octet-stream",
      data: body,
      more: { path, method, ...captured(headers, capture) },
    },
    response: { contentType, data: answer, more: { statuscode: String(status) } },
  };
  return (["request", "response"] as const)
    .filter((collection) => wanted.includes(collection))
    .map((collection) => {
      const { more, ...side } = sides[collection];
      return collectedEvent({ collection, time, ...side, ...idsOf(ids) }, { modelversion: version, ...more });
    });
}

function captured(headers: IncomingHttpHeaders, names: readonly string[]): { readonly headers?: string } {
  const found = names.filter((name) => headers[name] !== undefined).map((name) => [name, String(headers[name])] as const);
  return found.length === 0 ? {} : { headers: JSON.stringify(Object.fromEntries(found)) };
}

const idsOf = (ids: RequestIds) => ({
  correlationId: ids["x-ms-client-request-id"] ?? ids["x-request-id"],
  requestId: ids["x-request-id"],
});
