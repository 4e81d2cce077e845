import { createHash } from "node:crypto";
import type { JsonObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { EVENT } from "../kinds/core.ts";
import { apiVersionOf, type Kind } from "../kinds/kind.ts";
import type { Objects } from "../objects/objects.ts";
import { finish, LONGEST_NAME, rfc3339 } from "../objects/write.ts";

export interface EventText {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly component: string;
}

/** The objects of one cluster in the hands of its controllers. */
export interface Keeper {
  /** Virtual milliseconds. */
  readonly now: number;
  get(kind: Kind, namespace: string, name: string): JsonObject | undefined;
  list(kind: Kind, namespace?: string): JsonObject[];
  /** Writes specification and status; what changes nothing is not written. */
  write(kind: Kind, object: JsonObject, manager: string): JsonObject;
  remove(kind: Kind, object: JsonObject): void;
  /** Tells what happened to an object; the same again only counts up. */
  event(about: JsonObject, event: EventText): void;
}

/** Events are kept for an hour, as the API server keeps them. */
const EVENT_LIFE_MS = 3_600_000;

/** A controller that fails tries again after a while; here it tries at each request, and says so no more often than that. */
const BACK_OFF_MS = 10_000;

export function createKeeper(host: CloudHost, objects: Objects, cluster: string): Keeper {
  const now = host.clock.now();
  const time = rfc3339(now);
  // Read once: the controllers look at the same lists again and again, and nobody else writes meanwhile.
  const shelves = new Map<Kind, Map<string, JsonObject>>();
  const shelf = (kind: Kind): Map<string, JsonObject> => {
    const known = shelves.get(kind) ?? new Map(objects.list(cluster, kind).map((object) => [placeOf(object), object]));
    shelves.set(kind, known);
    return known;
  };
  const get: Keeper["get"] = (kind, namespace, name) => shelf(kind).get(`${namespace}/${name}`);
  const list: Keeper["list"] = (kind, namespace) =>
    [...shelf(kind).values()].filter((object) => namespace === undefined || textAt(object, "metadata.namespace") === namespace);

  function write(kind: Kind, object: JsonObject, manager: string): JsonObject {
    const live = shelf(kind).get(placeOf(object));
    const made = finish({ kind, live, object, part: "all", manager, now, uid: () => host.newGuid() });
    if (made === live) return live;
    const written = objects.put(cluster, kind, made);
    shelf(kind).set(placeOf(written), written);
    return written;
  }

  function remove(kind: Kind, object: JsonObject): void {
    objects.delete(cluster, kind, object);
    shelf(kind).delete(placeOf(object));
  }

  for (const old of list(EVENT))
    if (now - Date.parse(textAt(old, "lastTimestamp") || textAt(old, "metadata.creationTimestamp")) > EVENT_LIFE_MS)
      remove(EVENT, old);

  return {
    now,
    get,
    list,
    write,
    remove,
    event(about, { type, reason, message, component }) {
      const [name, uid] = [textAt(about, "metadata.name"), textAt(about, "metadata.uid")];
      const namespace = textAt(about, "metadata.namespace") || "default";
      const involvedObject = { apiVersion: about.apiVersion, kind: about.kind, namespace, name, uid };
      const own = eventName(name, shortHash({ uid, type, reason, message }, 16));
      const known = get(EVENT, namespace, own);
      if (type === "Warning" && known !== undefined && now - Date.parse(textAt(known, "lastTimestamp")) < BACK_OFF_MS) return;
      write(
        EVENT,
        {
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: own, namespace },
          involvedObject,
          type,
          reason,
          message,
          count: (numberAt(known, "count") ?? 0) + 1,
          firstTimestamp: known?.firstTimestamp ?? time,
          lastTimestamp: time,
          source: { component },
          reportingComponent: component,
        },
        component,
      );
    },
  };
}

/** Of an object's name as much as leaves room for the digest, ending as a name may. */
function eventName(about: string, digest: string): string {
  return `${about.slice(0, LONGEST_NAME - digest.length - 1).replace(/[-.]+$/, "")}.${digest}`;
}

function placeOf(object: JsonObject): string {
  return `${textAt(object, "metadata.namespace")}/${textAt(object, "metadata.name")}`;
}

/** The same for the same value, as long as asked; of characters that names may have. */
export function shortHash(value: JsonObject, length: number): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, length);
}

export function ownerOf(kind: Kind, object: JsonObject): JsonObject {
  const { name, uid } = objectAt(object, "metadata");
  return { apiVersion: apiVersionOf(kind), kind: kind.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function isOwnedBy(object: JsonObject, owner: JsonObject): boolean {
  const uid = textAt(owner, "metadata.uid");
  return objectsAt(object, "metadata.ownerReferences").some((reference) => reference.uid === uid);
}

/** A condition with the time of its last change. */
export function condition(
  before: JsonObject,
  type: string,
  status: boolean,
  reason: string,
  message: string,
  now: number,
): JsonObject {
  const [old] = objectsAt(before, "status.conditions").filter((each) => each.type === type);
  const word = status ? "True" : "False";
  const time = old?.status === word ? old.lastTransitionTime : rfc3339(now);
  return { type, status: word, reason, message, lastTransitionTime: time };
}
