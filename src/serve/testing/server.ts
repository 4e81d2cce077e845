import { silentLog } from "../log.ts";
import { MODEL_SERVER_DEFAULTS, type ModelServer, type ModelServerOptions, startModelServer } from "../server/model-server.ts";
import { modelFolder } from "./models.ts";

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: ModelServer;
}

/** A loaded model server in this process, on a free port. */
export async function testServer(
  model: Uint8Array,
  options: Partial<ModelServerOptions> & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<TestServer> {
  const { files, ...rest } = options;
  const folder = await modelFolder(model, files);
  const server = await startModelServer({
    ...MODEL_SERVER_DEFAULTS,
    place: folder.path,
    name: "m",
    version: "3",
    log: silentLog,
    ...rest,
  });
  await server.load();
  return {
    url: `http://127.0.0.1:${server.port}`,
    server,
    async [Symbol.asyncDispose]() {
      await server.drain();
      await folder[Symbol.asyncDispose]();
    },
  };
}

export function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}
