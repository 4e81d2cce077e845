import type { Agent } from "node:http";
import type { CollectedEvent, Sink } from "./event.ts";

// As in src/serve/http-server.ts: an import would load TLS, HTTP/2 and undici.
const http = process.getBuiltinModule("node:http");

/** Beside the container, as Azure ML puts it there; it writes to the workspace's blobs. */
export interface AgentAddress {
  readonly host: string;
  readonly port: number;
}

const TIMEOUT_MS = 5_000;

/**
 * Hands events to Azure ML's agent as its own client does (azureml-ai-monitoring): one POST for each, its attributes as
 * `ce-` headers.
 */
export function agentSink({ host, port }: AgentAddress): Sink {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return async (events) => {
    for (const event of events) await post(agent, { host, port }, event);
  };
}

function post(agent: Agent, { host, port }: AgentAddress, event: CollectedEvent): Promise<void> {
  const headers = {
    "content-type": event.contentType,
    "content-length": Buffer.byteLength(event.data),
    "trace-id": event.id,
    "ce-time": String(Math.floor(event.time / 1000)),
    "ce-type": `azureml.inference.${event.collection}`,
    "ce-x-request-id": event.requestId,
    ...Object.fromEntries(Object.entries(event.more).map(([name, value]) => [HEADERS[name] ?? `ce-${name}`, value])),
  };
  return new Promise((resolve, reject) => {
    const sent = http.request({ agent, host, port, method: "POST", path: "/modeldata/log", headers, timeout: TIMEOUT_MS });
    sent.on("timeout", () => sent.destroy(new Error(`the agent did not answer within ${TIMEOUT_MS} ms`)));
    sent.on("error", reject);
    sent.on("response", (response) => {
      response.resume().on("end", () => {
        const { statusCode = 0 } = response;
        if (statusCode >= 200 && statusCode < 300) resolve();
        else reject(new Error(`the agent answered ${statusCode}`));
      });
      response.on("error", reject);
    });
    sent.end(event.data);
  });
}

/** How the client spells attributes whose names are several words. */
const HEADERS: Readonly<Record<string, string>> = {
  collectdatatype: "ce-collect-data-type",
  modelversion: "ce-model-version",
};
