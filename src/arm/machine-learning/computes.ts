import { asString, isObject } from "../../base/index.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

/** What Azure ML met when it tried to start nodes of a training cluster; an attached Kubernetes cluster has none. */
export async function nodeErrors(
  workspace: Workspace,
  compute: string,
  signal?: AbortSignal,
): Promise<{ readonly code: string; readonly message: string }[]> {
  const body = properties(await workspace.client.get(below(workspace, `computes/${compute}`), ML_API_VERSION, signal));
  const own = isObject(body.properties) ? body.properties : {};
  const errors = Array.isArray(own.errors) ? own.errors.filter(isObject) : [];
  return errors
    .map(({ error }) => (isObject(error) ? error : {}))
    .map(({ code, message }) => ({ code: asString(code), message: asString(message) }));
}
