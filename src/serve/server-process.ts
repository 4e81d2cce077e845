import { flushCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { EXIT } from "../report/index.ts";
import { onEnd, tell } from "./child.ts";
import { ModelFault } from "./fault.ts";
import { jsonLog } from "./log.ts";
import { integerOption, runMain, usage } from "./main.ts";
import { collectorOf } from "./server/collection/options.ts";
import { ENGINES, type Engine } from "./server/engine.ts";
import { MODEL_SERVER_DEFAULTS as DEFAULTS, startModelServer } from "./server/model-server.ts";

const USAGE =
  "usage: server-main.ts [MODEL_DIR_OR_FILE, else AZUREML_MODEL_DIR] [--port 0] [--host 127.0.0.1] [--name model] [--version 1] [--engine auto|own|onnxruntime] [--threads auto|N] [--max-body-bytes N] [--max-rows N] [--max-batch-rows N] [--max-batch-wait-ms 0] [--target-p99-ms N] [--deadline-ms N] [--collect DIR] [--collect-as ENDPOINT/DEPLOYMENT] [--collect-rate 1] [--collect-drop COLUMN,..] [--drain-delay-ms N] [--drain-timeout-ms N]";

await runMain(async () => {
  const { values, positionals } = usage(USAGE, () =>
    parseArgs({
      allowPositionals: true,
      options: {
        port: { type: "string" },
        host: { type: "string", default: DEFAULTS.host },
        name: { type: "string" },
        version: { type: "string" },
        engine: { type: "string", default: DEFAULTS.engine },
        threads: { type: "string" },
        "max-body-bytes": { type: "string" },
        "max-rows": { type: "string" },
        "max-batch-rows": { type: "string" },
        "max-batch-wait-ms": { type: "string" },
        "target-p99-ms": { type: "string" },
        "deadline-ms": { type: "string" },
        collect: { type: "string" },
        "collect-as": { type: "string" },
        "collect-rate": { type: "string" },
        "collect-drop": { type: "string" },
        "drain-delay-ms": { type: "string" },
        "drain-timeout-ms": { type: "string" },
      },
    }),
  );
  const { AZUREML_MODEL_DIR: mounted } = process.env;
  const place = usage(USAGE, () => {
    const [only = mounted, ...more] = positionals;
    if (only === undefined || more.length > 0) throw new Error(`${positionals.length} model places given; one is needed`);
    return only;
  });
  const known = positionals.length === 0 ? nameFromMount(place) : undefined;
  const name = values.name ?? known?.name ?? "model";
  const version = values.version ?? known?.version ?? "1";
  const collector = usage(USAGE, () => collectorOf(values, name, version, jsonLog));
  const target = values["target-p99-ms"];
  const server = await startModelServer({
    place,
    name,
    version,
    ...(collector === undefined ? {} : { collector }),
    engine: engineOption(values.engine),
    threads: (values.threads ?? "auto") === "auto" ? "auto" : integerOption(USAGE, "threads", values.threads, 0, 0, 256),
    host: values.host,
    port: integerOption(USAGE, "port", values.port, DEFAULTS.port, 0, 65_535),
    maxBodyBytes: integerOption(USAGE, "max-body-bytes", values["max-body-bytes"], DEFAULTS.maxBodyBytes, 1, 2 ** 30),
    maxRows: integerOption(USAGE, "max-rows", values["max-rows"], DEFAULTS.maxRows, 1, 10_000_000),
    maxBatchRows: integerOption(USAGE, "max-batch-rows", values["max-batch-rows"], DEFAULTS.maxBatchRows, 1, 1_000_000),
    maxBatchWaitMs: integerOption(USAGE, "max-batch-wait-ms", values["max-batch-wait-ms"], DEFAULTS.maxBatchWaitMs, 0, 10_000),
    ...(target === undefined ? {} : { targetP99Ms: integerOption(USAGE, "target-p99-ms", target, 0, 1, 60_000) }),
    deadlineMs: integerOption(USAGE, "deadline-ms", values["deadline-ms"], DEFAULTS.deadlineMs, 1, 3_600_000),
    drainDelayMs: integerOption(USAGE, "drain-delay-ms", values["drain-delay-ms"], DEFAULTS.drainDelayMs, 0, 3_600_000),
    clock: DEFAULTS.clock,
    drainTimeoutMs: integerOption(USAGE, "drain-timeout-ms", values["drain-timeout-ms"], DEFAULTS.drainTimeoutMs, 0, 3_600_000),
    log: jsonLog,
  });
  onEnd((reason) => {
    jsonLog("info", "server.draining", { reason });
    void server.drain().then((whole) => process.exit(whole ? EXIT.done : EXIT.failed));
  });
  jsonLog("info", "server.listening", { host: values.host, port: server.port });
  await tell({ type: "listening", port: server.port });
  try {
    await server.load();
  } catch (cause) {
    if (!(cause instanceof ModelFault)) throw cause;
    jsonLog("error", "model.failed", { code: cause.code, message: cause.message });
    await tell({ type: "failed", code: cause.code, message: cause.message });
    process.exit(EXIT.diagnostics);
  }
  await tell({ type: "ready" });
  // Now rather than at the end: a server that is killed leaves what it compiled to the next one too.
  flushCompileCache();
});

function engineOption(text: string): Engine {
  return usage(USAGE, () => {
    const engine = ENGINES.find((one) => one === text);
    if (engine === undefined) throw new Error(`--engine is ${text}; one of ${ENGINES.join(", ")} is needed`);
    return engine;
  });
}

/** Azure ML mounts a model at `.../azureml-models/{name}/{version}`. */
function nameFromMount(place: string): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /\/azureml-models\/([^/]+)\/([^/]+)\/?$/.exec(place) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
