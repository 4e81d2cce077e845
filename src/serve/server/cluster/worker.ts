import { createModelServer, type ModelServerOptions, type OwnPart, type UnboundServer } from "../model-server.ts";
import type { Loaded } from "../routes.ts";
import type { PrimaryApi, WorkerApi } from "./api.ts";
import { type Channel, createCalls } from "./calls.ts";

/** A model server that does what its primary says, and asks it whenever a request is about all workers. */
export function createWorker(options: ModelServerOptions, channel: Channel): UnboundServer {
  const server = createModelServer({
    ...options,
    whole(own) {
      const primary = createCalls<PrimaryApi, WorkerApi>(
        channel,
        obey(own, (port) => server.listen(port)),
      );
      return {
        metrics: () => primary.call("metrics"),
        runs: () => primary.call("runs"),
        load: () => primary.call("load"),
        unload: () => primary.call("unload"),
      };
    },
  });
  return server;
}

function obey(own: OwnPart, serve: WorkerApi["serve"]): WorkerApi {
  let prepared: Loaded | undefined;
  const take = () => {
    const next = prepared;
    prepared = undefined;
    return next;
  };
  return {
    report: () => ({ families: own.metrics(), runs: own.runs() }),
    async prepare() {
      prepared = await own.prepare();
      return prepared.model.stamp;
    },
    async commit() {
      const next = take();
      if (next !== undefined) await own.commit(next);
    },
    abandon: async () => take()?.model.evaluator.close(),
    unload: () => own.unload(),
    serve,
  };
}
