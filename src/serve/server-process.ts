import { flushCompileCache } from "node:module";
import { EXIT } from "../report/index.ts";
import { onEnd, tell } from "./child.ts";
import { ModelFault } from "./fault.ts";
import { jsonLog, type Log } from "./log.ts";
import { runMain } from "./main.ts";
import { workerCount } from "./server/cluster/worker-count.ts";
import { createModelServer, type ModelServerOptions } from "./server/model-server.ts";
import { readServerOptions, usageOf } from "./server-options.ts";

/** A worker that has not ended so long after its own limit does not end by itself. */
const CUT_OFF_MS = 5_000;

await runMain(async () => {
  const args = process.argv.slice(2);
  const place = process.env.QUAYSIDE_WORKER;
  const log: Log =
    place === undefined ? jsonLog : (level, event, fields) => jsonLog(level, event, { ...fields, worker: Number(place) });
  const { server, workers } = await readServerOptions(args, process.env, log);
  if (place !== undefined)
    return runWorker(
      server,
      usageOf(() => workerCount(workers)),
    );
  const count = usageOf(() => workerCount(workers));
  return count === 1 ? runAlone(server) : runCluster(server, args, count);
});

async function runAlone(options: ModelServerOptions): Promise<void> {
  const server = createModelServer(options);
  drainAtEnd(options.log, () => server.drain());
  const port = await server.listen();
  options.log("info", "server.listening", { host: options.host, port });
  await tell({ type: "listening", port });
  if (!(await ready(() => server.load()))) return;
  await tell({ type: "ready" });
  // Now rather than at the end: a server that is killed leaves what it compiled to the next one too.
  flushCompileCache();
}

/** Several processes behind one port; this one only hands connections to them. */
async function runCluster(options: ModelServerOptions, args: readonly string[], workers: number): Promise<void> {
  const [{ createPrimary }, { forking }] = await Promise.all([
    import("./server/cluster/primary.ts"),
    import("./server/cluster/fork.ts"),
  ]);
  const { port, clock, log, drainDelayMs, drainTimeoutMs } = options;
  const primary = createPrimary({
    workers,
    port,
    drainLimitMs: drainDelayMs + drainTimeoutMs + CUT_OFF_MS,
    fork: forking([...args, "--workers", String(workers)]),
    clock,
    log,
  });
  drainAtEnd(log, () => primary.drain());
  await ready(async () => {
    const bound = await primary.start();
    log("info", "server.listening", { host: options.host, port: bound, workers });
    await tell({ type: "listening", port: bound });
    await tell({ type: "ready" });
    flushCompileCache();
  });
}

async function runWorker(options: ModelServerOptions, workers: number): Promise<void> {
  const [{ createWorker }, { usableCores }] = await Promise.all([
    import("./server/cluster/worker.ts"),
    import("./server/cores.ts"),
  ]);
  const cores = Math.max(1, Math.floor(usableCores() / workers));
  const server = createWorker(
    { ...options, cores },
    {
      send: (message) => process.send?.(message),
      onMessage: (listener) => void process.on("message", listener),
    },
  );
  drainAtEnd(options.log, () => server.drain());
}

function drainAtEnd(log: Log, drain: () => Promise<boolean>): void {
  onEnd((reason) => {
    log("info", "server.draining", { reason });
    void drain().then((whole) => process.exit(whole ? EXIT.done : EXIT.failed));
  });
}

/** False when the model cannot be served; that is the starter's to know, and the end. */
async function ready(load: () => Promise<void>): Promise<boolean> {
  try {
    await load();
    return true;
  } catch (cause) {
    if (!(cause instanceof ModelFault)) throw cause;
    jsonLog("error", "model.failed", { code: cause.code, message: cause.message });
    await tell({ type: "failed", code: cause.code, message: cause.message });
    process.exit(EXIT.diagnostics);
  }
}
