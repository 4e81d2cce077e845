import { parseArgs } from "node:util";
import { jsonLog, type Log } from "./log.ts";
import { integerOption, usage } from "./main.ts";
import type { Collector } from "./server/collection/collector.ts";
import { ENGINES } from "./server/engine.ts";
import { MODEL_SERVER_DEFAULTS as DEFAULTS, type ModelServerOptions } from "./server/model-server.ts";
import { MODEL_CONTROLS } from "./server/repository.ts";
import { SERVER_FLAGS, type ServerFlag } from "./server-flags.ts";

const FLAGS = Object.entries(SERVER_FLAGS)
  .map(([name, { value }]) => `[--${name} ${value}]`)
  .join(" ");
const USAGE = `usage: server-main.ts [MODEL_DIR_OR_FILE, else AZUREML_MODEL_DIR] ${FLAGS}`;

export interface ProcessOptions {
  readonly server: ModelServerOptions;
  /** As it was written: `auto`, a number, or nothing. */
  readonly workers: string | undefined;
}

/** What the arguments and Azure's environment variables say. Throws a `UsageError`. */
export async function readServerOptions(
  args: string[],
  environment: NodeJS.ProcessEnv,
  log: Log = jsonLog,
): Promise<ProcessOptions> {
  const { values, positionals } = usage(USAGE, () => {
    const options = Object.fromEntries(Object.keys(SERVER_FLAGS).map((name) => [name, { type: "string" } as const]));
    return parseArgs({ args, allowPositionals: true, options });
  });
  const { AZUREML_MODEL_DIR: mounted, WORKER_COUNT } = environment;
  const place = usage(USAGE, () => {
    const [only = mounted, ...more] = positionals;
    if (only === undefined || more.length > 0) throw new Error(`${positionals.length} model places given; one is needed`);
    return only;
  });
  const known = positionals.length === 0 ? nameFromMount(place) : undefined;
  const name = values.name ?? known?.name ?? "model";
  const version = values.version ?? known?.version ?? "1";
  const collector = await readCollector(values, environment, name, version, log);
  const integer = (option: ServerFlag, fallback: number, min: number, max: number) =>
    integerOption(USAGE, option, values[option], fallback, min, max);
  return {
    workers: values.workers ?? WORKER_COUNT,
    server: {
      place,
      name,
      version,
      ...(collector === undefined ? {} : { collector }),
      engine: oneOf("engine", ENGINES, values.engine ?? DEFAULTS.engine),
      modelControl: oneOf("model-control", MODEL_CONTROLS, values["model-control"] ?? DEFAULTS.modelControl),
      threads: (values.threads ?? "auto") === "auto" ? "auto" : integer("threads", 0, 0, 256),
      host: values.host ?? DEFAULTS.host,
      port: integer("port", DEFAULTS.port, 0, 65_535),
      maxTextBytes: integer("max-text-bytes", DEFAULTS.maxTextBytes, 1, 2 ** 30),
      maxBodyBytes: integer("max-body-bytes", DEFAULTS.maxBodyBytes, 1, 2 ** 30),
      headersTimeoutMs: DEFAULTS.headersTimeoutMs,
      requestTimeoutMs: integer("request-timeout-ms", DEFAULTS.requestTimeoutMs, 1, 3_600_000),
      maxRows: integer("max-rows", DEFAULTS.maxRows, 1, 10_000_000),
      maxBatchRows: integer("max-batch-rows", DEFAULTS.maxBatchRows, 1, 1_000_000),
      maxBatchWaitMs: integer("max-batch-wait-ms", DEFAULTS.maxBatchWaitMs, 0, 10_000),
      ...(values["target-p99-ms"] === undefined ? {} : { targetP99Ms: integer("target-p99-ms", 0, 1, 60_000) }),
      deadlineMs: integer("deadline-ms", DEFAULTS.deadlineMs, 1, 3_600_000),
      drainDelayMs: integer("drain-delay-ms", DEFAULTS.drainDelayMs, 0, 3_600_000),
      drainTimeoutMs: integer("drain-timeout-ms", DEFAULTS.drainTimeoutMs, 0, 3_600_000),
      clock: DEFAULTS.clock,
      log,
    },
  };
}

/** An error in what was asked for, with how to ask. */
export const usageOf = <T>(read: () => T): T => usage(USAGE, read);

/** Loaded only where something is collected: nobody else need wait for it at the start. */
async function readCollector(
  values: { readonly [flag in ServerFlag]?: string | undefined },
  environment: NodeJS.ProcessEnv,
  name: string,
  version: string,
  log: Log,
): Promise<Collector | undefined> {
  const isAsked = Object.keys(values).some((flag) => flag.startsWith("collect")) || Boolean(environment.AZUREML_MDC_CONFIG_PATH);
  if (!isAsked) return undefined;
  const { collectorOf } = await import("./server/collection/options.ts");
  return usage(USAGE, () => collectorOf(values, environment, name, version, log));
}

function oneOf<T extends string>(option: ServerFlag, known: readonly T[], text: string): T {
  return usage(USAGE, () => {
    const found = known.find((one) => one === text);
    if (found === undefined) throw new Error(`--${option} is ${text}; one of ${known.join(", ")} is needed`);
    return found;
  });
}

/** Azure ML mounts a model at `.../azureml-models/{name}/{version}`. */
function nameFromMount(place: string): { readonly name: string; readonly version: string } | undefined {
  const [, name, version] = /\/azureml-models\/([^/]+)\/([^/]+)\/?$/.exec(place) ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}
