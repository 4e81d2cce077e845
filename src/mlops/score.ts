import { request } from "undici";
import { type Endpoint, endpointKey, type Workspace } from "../arm/index.ts";
import { QuaysideError, type Secret } from "../report/index.ts";

/** How to reach an endpoint's models. */
export interface Scoring {
  readonly url: string;
  readonly key: Secret;
}

export interface Score {
  readonly status: number;
  /** The deployment that answered, by its own word. */
  readonly deployment: string;
  readonly body: string;
}

export async function openScoring(workspace: Workspace, endpoint: Endpoint, signal: AbortSignal): Promise<Scoring> {
  return { url: endpoint.scoringUri, key: await endpointKey(workspace, endpoint.name, signal) };
}

export function scoringHeaders(scoring: Scoring, deployment?: string): Record<string, string> {
  return {
    authorization: `Bearer ${scoring.key.reveal()}`,
    ...(deployment === undefined ? {} : { "azureml-model-deployment": deployment }),
  };
}

/** One request, to one deployment when named and by the endpoint's weights otherwise. */
export async function score(scoring: Scoring, body: string, deployment: string | undefined, signal: AbortSignal): Promise<Score> {
  try {
    const response = await request(scoring.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...scoringHeaders(scoring, deployment) },
      body,
      signal,
    });
    const answered = response.headers["azureml-model-deployment"];
    return {
      status: response.statusCode,
      deployment: typeof answered === "string" ? answered : "",
      body: await response.body.text(),
    };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new QuaysideError(
      `endpoint ${scoring.url} does not answer: ${error instanceof Error ? error.message : String(error)}`,
      { code: "mlops.endpoint-unreachable", fault: "network", cause: error },
    );
  }
}
