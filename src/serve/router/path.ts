import { RequestFault } from "../fault.ts";

const PREFIX = "/api/v1/endpoint/";
const METHODS = ["GET", "HEAD", "POST", "OPTIONS"];

/** Where a request goes: `/api/v1/endpoint/{endpoint}/score?x=1` to path `/score?x=1` of an instance. */
export interface Target {
  readonly endpoint: string;
  readonly path: string;
}

export function readPath(method: string, url: string): Target {
  if (!METHODS.includes(method))
    throw new RequestFault(405, "serve.method", `method ${method} is not allowed`, { allow: METHODS.join(", ") });
  if (!url.startsWith(PREFIX)) throw notFound(url);
  const mark = url.indexOf("?", PREFIX.length);
  const end = mark < 0 ? url.length : mark;
  const slash = url.indexOf("/", PREFIX.length);
  const nameEnd = slash < 0 || slash > end ? end : slash;
  const rest = url.slice(nameEnd, end) || "/";
  if (!isPassed(rest)) throw notFound(url);
  return { endpoint: url.slice(PREFIX.length, nameEnd), path: rest + url.slice(end) };
}

/** What callers may ask a model. Its repository is for whoever runs it: a key that scores must not unload the model for everybody. */
function isPassed(path: string): boolean {
  if (path.startsWith("/v2/")) return !path.startsWith("/v2/repository");
  return path === "/score" || path === "/" || path === "/swagger.json" || path === "/v2";
}

function notFound(url: string): RequestFault {
  return new RequestFault(404, "serve.not-found", `no route ${url.slice(0, 80)}; endpoints are at ${PREFIX}{name}/score`);
}
