import { asObject, asString } from "../../base/index.ts";
import type { ArmClient } from "../client.ts";

/** Of `Microsoft.ContainerService/managedClusters`. */
export const AKS_API_VERSION = "2026-05-01";

/** Microsoft Entra's application that stands for the API servers of AKS, the same in every tenant. */
const SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";
export const SERVER_SCOPE = `${SERVER_APPLICATION}/.default`;

/** How a cluster is entered: by its API server, or by commands that Azure runs in it. */
export type ClusterWay = "api-server" | "run-command";

export interface Cluster {
  readonly id: string;
  readonly name: string;
  readonly way: ClusterWay;
}

/**
 * A cluster and the way into it. A private one is entered by commands where it allows them; where it does not, only from
 * within its network, which is then taken for where we are.
 */
export async function findCluster(client: ArmClient, id: string, signal?: AbortSignal): Promise<Cluster> {
  const { name, properties } = await client.get(id, AKS_API_VERSION, signal);
  const { enablePrivateCluster, disableRunCommand } = asObject(asObject(properties).apiServerAccessProfile);
  const viaAzure = enablePrivateCluster === true && disableRunCommand !== true;
  return { id, name: asString(name), way: viaAzure ? "run-command" : "api-server" };
}
