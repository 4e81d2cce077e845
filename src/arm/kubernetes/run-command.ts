import { asObject, asString } from "../../base/index.ts";
import type { ArmClient } from "../client.ts";
import { ArmError } from "../error.ts";
import { zip } from "./archive.ts";
import { AKS_API_VERSION, type Cluster, SERVER_SCOPE } from "./cluster.ts";
import { KubernetesError } from "./refusal.ts";

export interface CommandResult {
  readonly exitCode: number;
  /** What both streams said. */
  readonly logs: string;
}

/** Azure's words for a command whose pod did not start within 30 s, or could not be made. */
const NOT_STARTED: readonly string[] = ["KubernetesPerformanceError", "KubernetesOperationError"];

/** Has Azure run a shell's command line in the cluster, as the caller and beside the files: `az aks command invoke`. */
export async function runCommand(
  client: ArmClient,
  cluster: Cluster,
  request: { readonly command: string; readonly files: Readonly<Record<string, string>> },
  signal?: AbortSignal,
): Promise<CommandResult> {
  const token = await client.connection.credential.getToken(SERVER_SCOPE, signal === undefined ? {} : { abortSignal: signal });
  const body = {
    command: request.command,
    context: zip(request.files).toString("base64"),
    clusterToken: token?.token ?? "",
  };
  const what = `the command in ${cluster.name}`;
  const { properties } = await client.post(`${cluster.id}/runCommand`, AKS_API_VERSION, body, signal).catch((error: unknown) => {
    throw error instanceof ArmError && NOT_STARTED.includes(error.code)
      ? new KubernetesError("notStarted", what, error.message, error)
      : error;
  });
  const { provisioningState, exitCode, logs, reason } = asObject(properties);
  if (provisioningState !== "Succeeded" || typeof exitCode !== "number")
    throw new KubernetesError("refused", what, asString(reason) || `it ended ${asString(provisioningState)}`);
  return { exitCode, logs: asString(logs) };
}
