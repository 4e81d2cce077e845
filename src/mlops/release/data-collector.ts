import { registerFolder, type Workspace } from "../../arm/index.ts";
import type { JsonObject } from "../../base/index.ts";
import type { DataCollector } from "../files/data-collector.ts";

/** Where Azure ML's own clients have a collection go that says nothing else. */
const PLACE = "azureml://datastores/workspaceblobstore/paths/modelDataCollector";

/**
 * The deployment's `dataCollector`. As Azure ML's clients do, it registers each collection that is enabled as a data asset
 * first, `{endpoint}-{deployment}-{collection}`, which monitors look for.
 * @throws QuaysideError `arm.data-elsewhere` when the asset exists and is somewhere else
 */
export async function dataCollectorBody(
  workspace: Workspace,
  { collections, sampling_rate, rolling_rate, request_logging }: DataCollector,
  endpoint: string,
  deployment: string,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const body: JsonObject = {};
  for (const [name, { enabled, data = {} }] of Object.entries(collections)) {
    const asset = data.name ?? `${endpoint}-${deployment}-${name}`;
    const place = data.path ?? `${PLACE}/${endpoint}/${deployment}/${name}`;
    body[name] = {
      dataCollectionMode: enabled ? "Enabled" : "Disabled",
      samplingRate: sampling_rate,
      ...(enabled ? { dataId: await registerFolder(workspace, asset, data.version ?? "1", place, signal) } : {}),
    };
  }
  const headers = request_logging?.capture_headers ?? [];
  return {
    collections: body,
    rollingRate: rolling_rate,
    ...(headers.length === 0 ? {} : { requestLogging: { captureHeaders: headers } }),
  };
}
