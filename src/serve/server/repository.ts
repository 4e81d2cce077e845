import { RequestFault } from "../fault.ts";
import { type Call, json, type Reply } from "./call.ts";
import { kindOf, parseObject } from "./json-body.ts";
import { methodFault } from "./open-inference.ts";
import type { Whole } from "./routes.ts";

/** The one model of this server. */
export interface RepositoryModel {
  readonly name: string;
  readonly version: string;
  state(): "READY" | "LOADING" | "UNAVAILABLE";
  reason(): string;
  /** Whether callers may load and unload it: `none` unless whoever starts the server says otherwise, as with Triton. */
  readonly control: ModelControl;
}

export const MODEL_CONTROLS = ["none", "explicit"] as const;
export type ModelControl = (typeof MODEL_CONTROLS)[number];

/** Triton's model repository extension: `/v2/repository/index` and `/v2/repository/models/M/{load,unload}`. */
export function createRepository(
  model: RepositoryModel,
  whole: Pick<Whole, "load" | "unload">,
): (call: Call) => Reply | Promise<Reply> {
  return (call) => {
    if (call.method !== "POST") throw methodFault(call, "POST");
    const { path } = call;
    const body = call.body.length === 0 ? {} : parseObject(call.body);
    if (path === "/v2/repository/index") {
      const { ready } = body;
      if (ready !== undefined && typeof ready !== "boolean")
        throw new RequestFault(400, "serve.parameter", `ready is ${kindOf(ready)}; send true or false`);
      const state = model.state();
      const entry = { name: model.name, version: model.version, state, reason: model.reason() };
      return json(200, JSON.stringify(ready === true && state !== "READY" ? [] : [entry]));
    }
    const [, name, action] = /^\/v2\/repository\/models\/([^/]+)\/(load|unload)$/.exec(path) ?? [];
    if (action === undefined)
      throw new RequestFault(
        404,
        "serve.not-found",
        `no route ${path.slice(0, 80)}; known are index, models/M/load and models/M/unload`,
      );
    if (name !== model.name)
      throw new RequestFault(404, "serve.unknown-model", `no model "${name?.slice(0, 60)}"; this server has "${model.name}"`);
    // Triton loads other files by them; this server has one place.
    if (body.parameters !== undefined && Object.keys(Object(body.parameters)).some((key) => key !== "unload_dependents"))
      throw new RequestFault(400, "serve.parameter", "parameters are not supported; leave them out");
    if (model.control === "none")
      throw new RequestFault(
        403,
        "serve.model-control",
        "callers may not load or unload the model; start the server with --model-control explicit to let them",
      );
    const done = action === "load" ? whole.load() : whole.unload();
    return done.then(
      () => json(200, ""),
      (cause: unknown) => {
        throw new RequestFault(400, "serve.model", cause instanceof Error ? cause.message : String(cause));
      },
    );
  };
}
