import { type ArmClient, countObjects, findCluster } from "../arm/index.ts";
import { deliveredKinds } from "../platform/index.ts";
import { QuaysideError } from "../report/index.ts";

/** How many of the platform's objects a cluster has, or why that cannot be seen from here. */
export type ObjectsStatus =
  | { readonly cluster: string; readonly count: number }
  | { readonly cluster: string; readonly reason: string };

/** Reading a status never fails for who may not see into the cluster: it says so. */
export async function objectsStatus(
  client: ArmClient,
  cluster: { readonly id: string; readonly name: string },
  signal: AbortSignal,
): Promise<ObjectsStatus> {
  try {
    const found = await findCluster(client, cluster.id, signal);
    // A command in the cluster takes half a minute, too long for a look.
    if (found.way === "run-command") return { cluster: cluster.name, reason: "its API server is private" };
    return { cluster: cluster.name, count: await countObjects(client, found, deliveredKinds(), signal) };
  } catch (error) {
    if (!(error instanceof QuaysideError)) throw error;
    return { cluster: cluster.name, reason: `${error.code}: ${error.message}` };
  }
}

export function objectsLine(status: ObjectsStatus): string {
  const { cluster } = status;
  const [state, text] = "count" in status ? ["Applied", `${status.count} objects of kubernetes/`] : ["Unseen", status.reason];
  return `${state.padEnd(10)} ${cluster.padEnd(28)} ${text}`;
}
