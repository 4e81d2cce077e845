import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BlobServiceClient } from "@azure/storage-blob";
import { ArmFault, type CloudHost } from "../../contract.ts";
import { accountKey } from "../../providers/storage/keys.ts";
import { azuriteAccount, storageAccount } from "./accounts.ts";
import { type AzuriteParts, openAzurite } from "./azurite.ts";
import { acknowledgeWhenSaved, createSaver, type Saver } from "./durability.ts";

interface Opened {
  readonly parts: AzuriteParts;
  readonly saver: Saver;
  readonly server: Server;
  readonly port: number;
}

const OWNERS = "blob-account-owners";

/** Azurite, opened at the first use and closed with the cloud. One for each cloud. */
export class BlobEngine {
  readonly #host: CloudHost;
  #opened: Promise<Opened> | undefined;
  #closed = false;
  readonly #known = new Map<string, string>();
  readonly #adopting = new Map<string, Promise<void>>();

  constructor(host: CloudHost) {
    this.#host = host;
  }

  /** Serves a request that has been admitted. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { parts, saver } = await this.#open();
    serve(parts, saver, request, response);
  }

  /** A client with the account's key, over loopback and past the gate: the platform's own access. */
  async client(account: string): Promise<BlobServiceClient> {
    await this.adopt(account);
    return this.#rawClient(account);
  }

  /** An account made again under an old name starts empty, as on Azure. Emptied once, before whoever comes at the same time. */
  async adopt(account: string): Promise<void> {
    const name = account.toLowerCase();
    const running = this.#adopting.get(name);
    if (running !== undefined) return running;
    const adopting = this.#adopt(name).finally(() => this.#adopting.delete(name));
    this.#adopting.set(name, adopting);
    return adopting;
  }

  async #adopt(name: string): Promise<void> {
    const createdAt = storageAccount(this.#host, name)?.systemData?.createdAt;
    if (typeof createdAt !== "string" || this.#known.get(name) === createdAt) return;
    const before = this.#host.store.get<string>(OWNERS, name);
    if (before !== undefined && before !== createdAt) {
      const client = await this.#rawClient(name);
      for await (const container of client.listContainers()) await client.deleteContainer(container.name);
    }
    if (before !== createdAt) this.#host.store.put(OWNERS, name, createdAt);
    this.#known.set(name, createdAt);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const opened = await this.#opened?.catch(() => undefined);
    this.#opened = undefined;
    if (opened === undefined) return;
    opened.server.closeAllConnections();
    await new Promise((resolve) => opened.server.close(resolve));
    await opened.saver.save();
    await opened.parts.close();
  }

  #open(): Promise<Opened> {
    // A request that arrives while the cloud closes must not open it again.
    if (this.#closed) return Promise.reject(new ArmFault(503, "ServerBusy", "the blob service is closing"));
    this.#opened ??= open(this.#host).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }

  async #rawClient(account: string): Promise<BlobServiceClient> {
    const { port } = await this.#open();
    const { BlobServiceClient, StorageSharedKeyCredential } = await import("@azure/storage-blob");
    const credential = new StorageSharedKeyCredential(account, accountKey(this.#host, account, "key1"));
    return new BlobServiceClient(`http://127.0.0.1:${port}/${account}`, credential, { retryOptions: { maxTries: 1 } });
  }
}

async function open(host: CloudHost): Promise<Opened> {
  const parts = await openAzurite(
    join(host.runtime.stateDir, "blob"),
    (name) => azuriteAccount(host, name),
    host.deriveSecret("blob/user-delegation"),
  );
  const saver = createSaver(parts);
  const server = createServer((request, response) => serve(parts, saver, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  return { parts, saver, server, port: (server.address() as AddressInfo).port };
}

function serve(parts: AzuriteParts, saver: Saver, request: IncomingMessage, response: ServerResponse): void {
  acknowledgeWhenSaved(request.method ?? "GET", response, saver);
  parts.listener(request, response);
}

const engines = new WeakMap<CloudHost, BlobEngine>();

export function blobEngine(host: CloudHost): BlobEngine {
  let engine = engines.get(host);
  if (engine === undefined) engines.set(host, (engine = new BlobEngine(host)));
  return engine;
}
