import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import type { BlobLocation } from "../../../planes/blob/index.ts";
import { resolveUri } from "../uris.ts";
import { requireWorkspace } from "../workspace-of.ts";
import { badArgument, notRehearsed } from "./faults.ts";

export const ROLLING_RATES = ["Year", "Month", "Day", "Hour", "Minute"] as const;

export type RollingRate = (typeof ROLLING_RATES)[number];

/** What an agent does with what a deployment's servers hand to it. */
export interface CollectionSpec {
  /** The deployment's id, which every event names. */
  readonly source: string;
  readonly rollingRate: RollingRate;
  readonly captureHeaders: readonly string[];
  /** By the collection's name. */
  readonly collections: Readonly<Record<string, { readonly percent: number; readonly location: BlobLocation }>>;
}

/** Azure takes so many for one deployment. */
const MOST_COLLECTIONS = 5;
/** What the model server collects; others are those of a Python script. */
const KNOWN = ["model_inputs", "model_outputs", "request", "response"];
/** The rehearsal writes nothing down that opens something. */
const SECRETS = ["authorization", "cookie", "proxy-authorization"];
const AT = "properties.dataCollector";

/** `properties.dataCollector` completed; `undefined` when nothing is to be collected. */
export function dataCollector(value: JsonValue | undefined): JsonObject | undefined {
  if (value === undefined || value === null) return undefined;
  const { collections, rollingRate, requestLogging, ...unknown } = objectOf(value, AT);
  refuseUnknown(unknown, AT);
  const named = Object.entries(objectOf(collections ?? null, `${AT}.collections`));
  if (named.length > MOST_COLLECTIONS)
    throw badArgument(`${AT}.collections has ${named.length} collections; Azure takes ${MOST_COLLECTIONS}`, `${AT}.collections`);
  const headers = captureHeaders(requestLogging ?? null);
  return {
    collections: Object.fromEntries(named.map(([name, settings]) => [name, collection(name, settings)])),
    rollingRate: oneOf(rollingRate ?? "Hour", ROLLING_RATES, `${AT}.rollingRate`),
    ...(headers === undefined ? {} : { requestLogging: { captureHeaders: headers } }),
  };
}

/**
 * Where each collection that is enabled goes: to its data asset, else to Azure's usual place in the workspace's blob store.
 * @throws ArmFault when a data asset does not exist
 */
export function collectionSpec(host: CloudHost, endpoint: Resource, deployment: Resource): CollectionSpec | undefined {
  const settings = dataCollector(deployment.properties.dataCollector);
  if (settings === undefined) return undefined;
  const workspace = requireWorkspace(host, deployment.id);
  const enabled = Object.entries(settings.collections as Record<string, JsonObject>).filter(
    ([, { dataCollectionMode }]) => dataCollectionMode === "Enabled",
  );
  if (enabled.length === 0) return undefined;
  const place = (name: string) =>
    `azureml://datastores/workspaceblobstore/paths/modelDataCollector/${endpoint.name}/${deployment.name}/${name}`;
  const logging = settings.requestLogging;
  return {
    source: deployment.id,
    rollingRate: settings.rollingRate as RollingRate,
    captureHeaders: isObject(logging) ? (logging.captureHeaders as string[]) : [],
    collections: Object.fromEntries(
      enabled.map(([name, { dataId, samplingRate }]) => {
        const { location } = resolveUri(host, workspace, typeof dataId === "string" ? dataId : place(name));
        return [
          name,
          { percent: Number(samplingRate) * 100, location: { ...location, path: location.path.replace(/\/+$/, "") } },
        ];
      }),
    ),
  };
}

function collection(name: string, value: JsonValue | undefined): JsonObject {
  const at = `${AT}.collections.${name}`;
  const { dataCollectionMode, samplingRate, dataId, clientId, ...unknown } = objectOf(value ?? null, at);
  refuseUnknown(unknown, at);
  const mode = oneOf(dataCollectionMode ?? "Disabled", ["Enabled", "Disabled"], `${at}.dataCollectionMode`);
  if (mode === "Enabled" && !KNOWN.includes(name))
    throw notRehearsed(`data collection ${name}: a collection of a scoring script (${KNOWN.join(", ")} are the server's)`);
  if (clientId !== undefined && clientId !== null) throw notRehearsed("another identity for data collection (clientId)");
  const rate = samplingRate ?? 1;
  if (typeof rate !== "number" || !(rate >= 0 && rate <= 1))
    throw badArgument(`${at}.samplingRate is ${JSON.stringify(rate)}; a share from 0 to 1 is needed`, `${at}.samplingRate`);
  if (dataId !== undefined && dataId !== null && (typeof dataId !== "string" || !/\/data\/[^/]+\/versions\/[^/]+$/i.test(dataId)))
    throw badArgument(`${at}.dataId is ${JSON.stringify(dataId)}; the id of a data asset's version is needed`, `${at}.dataId`);
  return { dataCollectionMode: mode, samplingRate: rate, ...(typeof dataId === "string" ? { dataId } : {}) };
}

function captureHeaders(value: JsonValue): string[] | undefined {
  if (value === null) return undefined;
  const at = `${AT}.requestLogging`;
  const { captureHeaders: names, ...unknown } = objectOf(value, at);
  refuseUnknown(unknown, at);
  if (names === undefined || names === null) return undefined;
  if (!Array.isArray(names) || !names.every(isHeaderName))
    throw badArgument(
      `${at}.captureHeaders is ${JSON.stringify(names)}; a list of header names is needed`,
      `${at}.captureHeaders`,
    );
  const secret = names.find((name) => SECRETS.includes(name.toLowerCase()));
  if (secret !== undefined) throw notRehearsed(`collection of the header ${secret}, which opens something`);
  return names;
}

const isHeaderName = (name: JsonValue): name is string => typeof name === "string" && /^[\w-]+$/.test(name);

function objectOf(value: JsonValue, at: string): JsonObject {
  if (!isObject(value)) throw badArgument(`${at} is ${JSON.stringify(value)}; an object is needed`, at);
  return value;
}

function refuseUnknown(members: JsonObject, at: string): void {
  const [unknown] = Object.keys(members);
  if (unknown !== undefined) throw badArgument(`${at}.${unknown} is not a setting of the data collector`, `${at}.${unknown}`);
}

/** Azure's clients write these in lower case, its API in capitals. */
function oneOf<Word extends string>(value: JsonValue, words: readonly Word[], at: string): Word {
  const found = words.find((word) => typeof value === "string" && word.toLowerCase() === value.toLowerCase());
  if (found === undefined) throw badArgument(`${at} is ${JSON.stringify(value)}; one of ${words.join(", ")} is needed`, at);
  return found;
}
