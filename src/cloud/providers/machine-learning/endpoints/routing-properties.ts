import { isObject, type JsonObject, type JsonValue, parseJson } from "../../../../base/index.ts";
import type { MirrorRoute, StickyKey } from "../../../../serve/protocol.ts";
import { badArgument } from "./faults.ts";

/** What Quayside's router can do and Azure ML has no word for on Kubernetes endpoints. */
export interface RoutingProperties {
  readonly mirrors: readonly MirrorRoute[];
  readonly sticky?: StickyKey;
}

const MIRROR = "quayside.mirror";
const STICKY = "quayside.sticky";
/** RFC 9110, section 5.6.2: names of headers and cookies. */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/**
 * Read from `properties.properties`, a map of texts that Azure ML keeps and gives back without looking at it:
 * `quayside.mirror` is `{"green":100}`, percent of the requests by challenger; `quayside.sticky` is `{"header":"x-user"}` or
 * `{"cookie":"session"}`. A challenger that the endpoint does not have yet gets copies from when it is there.
 */
export function routingProperties(properties: JsonObject): RoutingProperties {
  const own = isObject(properties.properties) ? properties.properties : {};
  const mirror = member(own, MIRROR);
  const sticky = member(own, STICKY);
  return {
    mirrors: mirror === undefined ? [] : Object.entries(mirror).map(([deployment, percent]) => mirrorRoute(deployment, percent)),
    ...(sticky === undefined ? {} : { sticky: stickyKey(sticky) }),
  };
}

function member(own: JsonObject, name: string): JsonObject | undefined {
  const text = own[name];
  if (text === undefined || text === null) return undefined;
  const parsed = typeof text === "string" ? parseJson(text) : undefined;
  if (!isObject(parsed))
    throw badArgument(`properties.properties["${name}"] is ${JSON.stringify(text)}; it must be the text of a JSON object`, name);
  return parsed;
}

function mirrorRoute(deployment: string, percent: JsonValue | undefined): MirrorRoute {
  if (typeof percent === "number" && percent >= 0 && percent <= 100) return { deployment, percent };
  throw badArgument(
    `properties.properties["${MIRROR}"].${deployment} is ${JSON.stringify(percent)}; it must be a number from 0 to 100`,
    MIRROR,
  );
}

function stickyKey({ header, cookie, ...others }: JsonObject): StickyKey {
  const name = header ?? cookie;
  const isOne = (header === undefined) !== (cookie === undefined) && Object.keys(others).length === 0;
  if (!isOne || typeof name !== "string" || !TOKEN.test(name))
    throw badArgument(`properties.properties["${STICKY}"] must be {"header": "name"} or {"cookie": "name"}`, STICKY);
  return header === undefined ? { cookie: name } : { header: name };
}
