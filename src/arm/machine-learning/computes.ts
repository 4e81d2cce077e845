import { asObject, asObjects, asString, type JsonObject, type JsonValue } from "../../base/index.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

/** How a training cluster gets on; an attached Kubernetes cluster tells neither. */
export interface TrainingNodes {
  /** Nodes that work, wait for work, or are being prepared. */
  readonly there: number;
  /** What Azure ML met when it tried to start nodes. */
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

export async function trainingNodes(workspace: Workspace, compute: string, signal?: AbortSignal): Promise<TrainingNodes> {
  const body = properties(await workspace.client.get(below(workspace, `computes/${compute}`), ML_API_VERSION, signal));
  const own = asObject(body.properties);
  return {
    there: nodesThere(own),
    errors: asObjects(own.errors)
      .map(({ error }) => asObject(error))
      .map(({ code, message }) => ({ code: asString(code), message: asString(message) })),
  };
}

/** By state where the states are told: a node that is unusable or leaves is of no use to a job. */
function nodesThere({ nodeStateCounts, currentNodeCount }: JsonObject): number {
  if (nodeStateCounts === undefined || nodeStateCounts === null) return countIn(currentNodeCount);
  const { runningNodeCount, idleNodeCount, preparingNodeCount } = asObject(nodeStateCounts);
  return countIn(runningNodeCount) + countIn(idleNodeCount) + countIn(preparingNodeCount);
}

function countIn(value: JsonValue | undefined): number {
  return typeof value === "number" ? value : 0;
}
