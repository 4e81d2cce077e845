import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BlobAccess } from "../../../planes/blob/index.ts";
import { readBody } from "../../../wire/body.ts";
import { eventLine, folderOf, isInline, readEvent } from "./collection-event.ts";
import { createCollectionStore } from "./collection-store.ts";
import type { CollectionSpec } from "./data-collector.ts";
import type { Sidecar } from "./replica-set.ts";

const MOST_EVENT = 32 * 2 ** 20;

/**
 * What Azure ML runs beside the servers of a deployment that collects: it takes their events over HTTP on loopback and
 * appends them to blobs, `{collection's place}/{yyyy}/{MM}/{dd}/{HH}/{instance}.jsonl`.
 */
export function createCollectionAgent(
  blobs: BlobAccess,
  spec: CollectionSpec,
  folder: string,
  say: (line: string) => void,
): Sidecar {
  const store = createCollectionStore(blobs, say);
  const server = createServer((request, response) => void handle(request, response));
  const config = join(folder, `collection-${randomUUID()}.json`);
  let started: Promise<number> | undefined;

  async function start(): Promise<number> {
    mkdirSync(folder, { recursive: true });
    writeFileSync(config, JSON.stringify(configOf(spec)), { mode: 0o600 });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const [status, message] = await take(request);
      response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(message);
    } catch {
      // The server went away in the middle: its event is not whole.
      response.destroy();
    }
  }

  async function take(request: IncomingMessage): Promise<[number, string]> {
    if (request.method !== "POST" || request.url !== "/modeldata/log") return [404, "POST /modeldata/log"];
    const data = await readBody(request, MOST_EVENT);
    if (data === undefined) return [413, `an event has at most ${MOST_EVENT} bytes`];
    const event = readEvent(request.headers, data);
    if (typeof event === "string") return [400, event];
    const place = spec.collections[event.collection]?.location;
    if (place === undefined) return [400, `${event.collection} is not collected`];
    const under = { ...place, path: `${place.path}/${folderOf(event.time, spec.rollingRate)}` };
    return store.add(under, (url) => eventLine(event, spec.source, url), isInline(event) ? undefined : event)
      ? [200, "done"]
      : [429, "the blob store does not keep up"];
  }

  return {
    async environment() {
      started ??= start().catch((cause: unknown) => {
        started = undefined;
        throw cause;
      });
      const port = await started;
      return { AZUREML_MDC_CONFIG_PATH: config, AZUREML_MDC_HOST: "127.0.0.1", AZUREML_MDC_PORT: String(port) };
    },
    async close() {
      if (started === undefined) return;
      await started;
      server.close();
      server.closeAllConnections();
      await store.close();
      rmSync(config, { force: true });
    },
  };
}

/** As Azure ML writes it for azureml-ai-monitoring, and that nobody but the server sees its requests. */
function configOf({ collections, captureHeaders }: CollectionSpec) {
  return {
    runMode: "cloud",
    collections: Object.fromEntries(
      Object.entries(collections).map(([name, { percent }]) => [name, { enabled: true, sampleRatePercentage: percent }]),
    ),
    captureHeaders,
    payloadLogging: "server",
  };
}
