import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { isObject, parseJson } from "../../../base/index.ts";
import type { Log } from "../../log.ts";
import { agentSink } from "./agent.ts";
import { COLLECTOR_DEFAULTS, type Collector, type CollectorOptions, createCollector } from "./collector.ts";
import { COLLECTIONS, type Collection } from "./event.ts";
import { folderSink } from "./folder.ts";

type Option = "collect" | "collect-as" | "collect-what" | "collect-rate" | "collect-drop" | "collect-headers";
type Values = { readonly [name in Option]?: string | undefined };

/** The arguments say what is collected into a folder; without them Azure ML's environment says what its agent gets. */
export function collectorOf(
  values: Values,
  environment: NodeJS.ProcessEnv,
  name: string,
  version: string,
  log: Log,
): Collector | undefined {
  const refined = Object.keys(values).find((option) => option.startsWith("collect-") && option !== "collect-drop");
  if (values.collect === undefined && refined !== undefined) throw new Error(`--${refined} is given without --collect`);
  const chosen = values.collect === undefined ? toAgent(environment, log) : toFolder(values, values.collect, name, version);
  if (chosen === undefined) {
    if (values["collect-drop"] !== undefined) throw new Error("--collect-drop is given, and nothing is collected");
    return undefined;
  }
  const dropColumns = listed(values["collect-drop"] ?? environment.QUAYSIDE_COLLECT_DROP ?? "");
  if (dropColumns.length > 0 && chosen.bodies !== undefined)
    throw new Error(
      `column ${dropColumns[0]} is to be left out, and the collection ${chosen.bodies} keeps whole bodies, which have no columns; collect one or the other`,
    );
  return createCollector({ ...COLLECTOR_DEFAULTS, modelVersion: version, log, dropColumns, ...chosen });
}

interface Chosen extends Pick<CollectorOptions, "sink" | "rates" | "captureHeaders"> {
  /** A collection that keeps bodies as they were, whoever writes it. */
  readonly bodies: Collection | undefined;
}

/** The place in the layout is the model's own unless an endpoint is named. */
function toFolder(values: Values, folder: string, name: string, version: string): Chosen {
  const as = values["collect-as"] ?? `${name}/${version}`;
  const [, endpoint, deployment] = /^([\w.-]+)\/([\w.-]+)$/.exec(as) ?? [];
  if (endpoint === undefined || deployment === undefined || /^\.+$/.test(endpoint) || /^\.+$/.test(deployment))
    throw new Error(`--collect-as is ${as}; ENDPOINT/DEPLOYMENT is needed`);
  const rate = Number(values["collect-rate"] ?? 1);
  if (!(rate > 0 && rate <= 1)) throw new Error(`--collect-rate is ${values["collect-rate"]}; a share above 0 up to 1 is needed`);
  const what = listed(values["collect-what"] ?? "model_inputs,model_outputs");
  const unknown = what.find((one) => !isCollection(one));
  if (unknown !== undefined || what.length === 0)
    throw new Error(`--collect-what is ${values["collect-what"]}; some of ${COLLECTIONS.join(", ")} are needed`);
  if (values["collect-headers"] !== undefined && !what.includes("request"))
    throw new Error("--collect-headers keeps headers of raw requests; name request in --collect-what");
  const instance = `${hostname()}-${process.pid}`;
  const resource = `/onlineEndpoints/${endpoint}/deployments/${deployment}`;
  return {
    sink: folderSink(folder, { endpoint, deployment, resource, instance }),
    rates: Object.fromEntries(what.map((collection) => [collection, rate])),
    captureHeaders: harmless(listed(values["collect-headers"] ?? "")),
    bodies: what.filter(isCollection).find(keepsBodies),
  };
}

/**
 * Azure ML describes a deployment's collections in a file and runs an agent beside the container (azureml-ai-monitoring).
 * The agent sees requests and responses by itself, unless the file says that they are the server's.
 */
function toAgent(environment: NodeJS.ProcessEnv, log: Log): Chosen | undefined {
  const { AZUREML_MDC_CONFIG_PATH: path, AZUREML_MDC_HOST: host = "127.0.0.1", AZUREML_MDC_PORT: port = "50011" } = environment;
  if (path === undefined || path === "") return undefined;
  if (!/^\d{1,5}$/.test(port)) throw new Error(`AZUREML_MDC_PORT is ${port}; a port is needed`);
  const config = parseJson(readFileSync(path, "utf8"));
  if (!isObject(config) || !isObject(config.collections)) throw new Error(`${path} (AZUREML_MDC_CONFIG_PATH) has no collections`);
  const payload = config.payloadLogging === "server";
  const rates: Partial<Record<Collection, number>> = {};
  let bodies: Collection | undefined;
  for (const [given, settings] of Object.entries(config.collections)) {
    const name = given.toLowerCase();
    if (!isObject(settings) || settings.enabled !== true) continue;
    if (!isCollection(name)) {
      log("warn", "collection.unknown", { collection: given, known: COLLECTIONS.join(" ") });
      continue;
    }
    const { sampleRatePercentage: percent = 100 } = settings;
    if (typeof percent !== "number" || !(percent >= 0 && percent <= 100))
      throw new Error(`${path} (AZUREML_MDC_CONFIG_PATH) collects ${JSON.stringify(percent)} % of ${given}; 0 to 100 is needed`);
    if (keepsBodies(name)) bodies = name;
    if (payload || !keepsBodies(name)) rates[name] = percent / 100;
  }
  if (Object.keys(rates).length === 0) return undefined;
  const headers = Array.isArray(config.captureHeaders) ? config.captureHeaders.map(String) : [];
  return { sink: agentSink({ host, port: Number(port) }), rates, captureHeaders: harmless(headers), bodies };
}

const isCollection = (name: string): name is Collection => COLLECTIONS.some((one) => one === name);

const keepsBodies = (name: Collection) => name === "request" || name === "response";

const listed = (text: string) => text.split(",").filter((one) => one !== "");

/** What opens something is never collected, whoever asks for it. */
const SECRETS = new Set(["authorization", "cookie", "proxy-authorization"]);
const harmless = (headers: readonly string[]) => headers.map((name) => name.toLowerCase()).filter((name) => !SECRETS.has(name));
