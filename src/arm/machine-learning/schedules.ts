import { asString, type JsonObject } from "../../base/index.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

export interface Schedule {
  readonly id: string;
  readonly name: string;
  readonly isEnabled: boolean;
  /** As Azure ML shows them; a PUT takes them back. */
  readonly properties: JsonObject;
}

const path = (workspace: Workspace, name: string) => below(workspace, `schedules/${name}`);

export async function findSchedule(workspace: Workspace, name: string, signal?: AbortSignal): Promise<Schedule | undefined> {
  const body = await workspace.client.find(path(workspace, name), ML_API_VERSION, signal);
  return body && toSchedule(body);
}

/** Replaces the schedule of this name. */
export async function putSchedule(
  workspace: Workspace,
  name: string,
  given: JsonObject,
  signal?: AbortSignal,
): Promise<Schedule> {
  const { provisioningState: _, ...writable } = given;
  return toSchedule(await workspace.client.put(path(workspace, name), ML_API_VERSION, { properties: writable }, signal));
}

export async function deleteSchedule(workspace: Workspace, name: string, signal?: AbortSignal): Promise<void> {
  await workspace.client.delete(path(workspace, name), ML_API_VERSION, signal);
}

function toSchedule(body: JsonObject): Schedule {
  const own = properties(body);
  return { id: asString(body.id), name: asString(body.name), isEnabled: own.isEnabled !== false, properties: own };
}
