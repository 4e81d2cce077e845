import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import type { ArmClient } from "../client.ts";
import { resourceGroupId } from "../resource-groups.ts";

export const ML_API_VERSION = "2026-05-01";

/** A workspace as the pipeline uses it. */
export interface Workspace {
  readonly client: ArmClient;
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** Base of the data plane (run history, MLflow), from the workspace's discovery document. */
  readonly api: string;
}

/** Reads the workspace and finds its data plane. */
export async function openWorkspace(
  client: ArmClient,
  resourceGroup: string,
  name: string,
  signal?: AbortSignal,
): Promise<Workspace> {
  const id = `${resourceGroupId(client, resourceGroup)}/providers/Microsoft.MachineLearningServices/workspaces/${name}`;
  const body = await client.find(id, ML_API_VERSION, signal);
  if (body === undefined) {
    throw new QuaysideError(`workspace ${name} does not exist in resource group ${resourceGroup}`, {
      code: "arm.workspace-not-found",
      fault: "user",
      hint: "deploy the platform first: quayside up",
    });
  }
  const properties = isObject(body.properties) ? body.properties : {};
  const discovery = await client.send("GET", asString(properties.discoveryUrl), undefined, signal);
  return {
    client,
    id: asString(body.id),
    name,
    location: asString(body.location),
    api: asString(discovery.api).replace(/\/+$/, ""),
  };
}

/** `{workspace}/models/iris/versions/3` -> GET, PUT ... below the workspace. */
export const below = (workspace: Workspace, path: string): string => `${workspace.id}/${path}`;

export function properties(body: JsonObject | undefined): JsonObject {
  return isObject(body?.properties) ? body.properties : {};
}
