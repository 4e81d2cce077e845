import { randomUUID } from "node:crypto";
import { SERVER_VERSION } from "../../version.ts";

/** What the model was given and what it gave, as rows of named columns; and the bodies of HTTP as they were. */
export const COLLECTIONS = ["model_inputs", "model_outputs", "request", "response"] as const;

export type Collection = (typeof COLLECTIONS)[number];

/** Something that was collected: a CloudEvent (1.0) with the attributes of Azure ML's collector. */
export interface CollectedEvent {
  readonly id: string;
  readonly collection: Collection;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly contentType: string;
  readonly data: string | Buffer;
  readonly correlationId: string;
  readonly requestId: string;
  /** More attributes; their names are lower-case letters and digits, as CloudEvents wants them. */
  readonly more: Readonly<Record<string, string>>;
}

export function collectedEvent(event: Omit<CollectedEvent, "id" | "more">, more: CollectedEvent["more"] = {}): CollectedEvent {
  return { ...event, id: randomUUID(), more: { agent: SERVER_VERSION, ...more } };
}

/** Where what is collected goes. Rejects when it is lost. */
export type Sink = (events: readonly CollectedEvent[]) => Promise<void>;
