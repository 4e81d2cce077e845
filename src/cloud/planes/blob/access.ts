import { createReadStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join, posix, sep } from "node:path";
import type { Readable } from "node:stream";
import type { BlobServiceClient, ContainerClient } from "@azure/storage-blob";
import { ArmFault, type CloudHost } from "../../contract.ts";
import { storageAccount } from "./accounts.ts";
import { blobEngine } from "./engine.ts";
import { createSas, type SasRequest } from "./sas.ts";

export interface BlobLocation {
  readonly account: string;
  readonly container: string;
  /** A blob's name, or a prefix with or without its last slash; empty for the whole container. */
  readonly path: string;
}

export interface BlobItem {
  /** Relative to the prefix listed. */
  readonly path: string;
  readonly bytes: number;
}

/** The platform's own access to blobs: no tokens, no roles. Whoever calls it decides first whether the caller may. */
export interface BlobAccess {
  ensureContainer(account: string, container: string): Promise<void>;
  /** The blob itself when the path names one, else everything below the path as a folder; in order of name. */
  list(location: BlobLocation): Promise<BlobItem[]>;
  exists(location: BlobLocation): Promise<boolean>;
  read(location: BlobLocation): Promise<Buffer>;
  openRead(location: BlobLocation): Promise<Readable>;
  write(location: BlobLocation, data: Buffer | string | Readable, contentType?: string): Promise<void>;
  remove(location: BlobLocation): Promise<void>;
  /** Adds to an append blob, making it first if needed. */
  append(location: BlobLocation, data: Buffer | string): Promise<void>;
  /** Writes a blob or a prefix below `folder`; answers the files made, relative to it. Throws 404 `BlobNotFound` when nothing is there. */
  download(location: BlobLocation, folder: string, signal?: AbortSignal): Promise<string[]>;
  /** Writes every file below `folder` under the prefix; answers their paths relative to it. */
  upload(folder: string, location: BlobLocation, signal?: AbortSignal): Promise<string[]>;
  /** `https://{account}.blob.{suffix}/{container}/{path}` */
  url(location: BlobLocation): string;
  /** The same with a SAS; an empty path gives a SAS for the whole container. */
  sasUrl(location: BlobLocation, sas: Pick<SasRequest, "permissions" | "lifetimeMinutes" | "signer">): Promise<string>;
}

/** Files that are moved at once. */
const PARALLEL = 4;

export function createBlobAccess(host: CloudHost): BlobAccess {
  const service = async (account: string): Promise<BlobServiceClient> => {
    if (storageAccount(host, account) === undefined)
      throw new ArmFault(404, "StorageAccountNotFound", `storage account ${account} does not exist`);
    return await blobEngine(host).client(account.toLowerCase());
  };
  const container = async (at: BlobLocation): Promise<ContainerClient> => {
    requirePlain(at);
    return (await service(at.account)).getContainerClient(at.container);
  };
  const blob = async (at: BlobLocation) => (await container(at)).getBlockBlobClient(at.path);

  const list = async (at: BlobLocation): Promise<BlobItem[]> => {
    const client = await container(at);
    const prefix = at.path.replace(/\/+$/, "");
    const items: BlobItem[] = [];
    try {
      for await (const item of client.listBlobsFlat(prefix === "" ? {} : { prefix })) {
        const bytes = item.properties.contentLength ?? 0;
        if (item.name === prefix) items.push({ path: posix.basename(item.name), bytes });
        else if (prefix === "") items.push({ path: item.name, bytes });
        else if (item.name.startsWith(`${prefix}/`)) items.push({ path: item.name.slice(prefix.length + 1), bytes });
      }
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
    return items;
  };

  const access: BlobAccess = {
    async ensureContainer(account, name) {
      await (await service(account)).getContainerClient(name).createIfNotExists();
    },
    list,
    async exists(at) {
      return await (await blob(at)).exists();
    },
    async read(at) {
      return await (await blob(at)).downloadToBuffer().catch(notFound(at));
    },
    async openRead(at) {
      const { readableStreamBody } = await (await blob(at)).download().catch(notFound(at));
      return readableStreamBody as Readable;
    },
    async write(at, data, contentType = "application/octet-stream") {
      const client = await blob(at);
      const options = { blobHTTPHeaders: { blobContentType: contentType } };
      if (typeof data === "string" || Buffer.isBuffer(data)) await client.uploadData(Buffer.from(data), options);
      else await client.uploadStream(data, 4 * 1024 * 1024, PARALLEL, options);
    },
    async remove(at) {
      await (await blob(at)).deleteIfExists();
    },
    async append(at, data) {
      const client = (await container(at)).getAppendBlobClient(at.path);
      const bytes = Buffer.from(data);
      await client.createIfNotExists({ blobHTTPHeaders: { blobContentType: "text/plain; charset=utf-8" } });
      if (bytes.length > 0) await client.appendBlock(bytes, bytes.length);
    },
    async download(at, folder, signal) {
      const client = await container(at);
      const items = await list(at);
      const prefix = at.path.replace(/\/+$/, "");
      const single =
        items.length === 1 && items[0]?.path === posix.basename(prefix) && (await access.exists({ ...at, path: prefix }));
      if (items.length === 0) throw new ArmFault(404, "BlobNotFound", `nothing is stored at ${access.url(at)}`);
      await inParallel(items, async ({ path }) => {
        const file = within(folder, path);
        await mkdir(dirname(file), { recursive: true });
        const name = single ? prefix : prefix === "" ? path : `${prefix}/${path}`;
        await client.getBlobClient(name).downloadToFile(file, 0, undefined, signal === undefined ? {} : { abortSignal: signal });
      });
      return items.map((item) => item.path);
    },
    async upload(folder, at, signal) {
      const client = await container(at);
      const prefix = at.path.replace(/\/+$/, "");
      const files = await filesBelow(folder);
      await inParallel(files, async (path) => {
        const target = client.getBlockBlobClient(prefix === "" ? path : `${prefix}/${path}`);
        await target.uploadStream(
          createReadStream(join(folder, path)),
          4 * 1024 * 1024,
          2,
          signal === undefined ? {} : { abortSignal: signal },
        );
      });
      return files;
    },
    url: ({ account, container: name, path }) => {
      const base = `https://${account}.blob.${host.endpoints.storageSuffix}/${name}`;
      return path === "" ? base : `${base}/${path.split("/").map(encodeURIComponent).join("/")}`;
    },
    async sasUrl(at, sas) {
      const query = await createSas(host, { ...at, ...(at.path === "" ? {} : { blob: at.path }), ...sas });
      return `${access.url(at)}?${query}`;
    },
  };
  return access;
}

/** The client makes an address of the name, and whoever reads an address follows its dots: into another container. */
function requirePlain({ container, path }: BlobLocation): void {
  if (`${container}/${path}`.split("/").some((segment) => segment === "." || segment === ".."))
    throw new ArmFault(400, "InvalidBlobName", `${container}/${path} has . or .. for a folder`);
}

function notFound(at: BlobLocation) {
  return (error: unknown): never => {
    if (statusOf(error) === 404)
      throw new ArmFault(404, "BlobNotFound", `blob ${at.container}/${at.path} does not exist in ${at.account}`);
    throw error;
  };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : undefined;
}

/** Blob names may hold `..`; none may lead out of the folder. */
function within(folder: string, path: string): string {
  const file = join(folder, path);
  if (!file.startsWith(folder.endsWith(sep) ? folder : folder + sep))
    throw new ArmFault(400, "InvalidBlobName", `blob name ${path} leads out of its folder`);
  return file;
}

/** Regular files, with forward slashes, in order of name. Links are not followed. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.replace(/[\\/]+$/, "").length + 1))
    .map((path) => path.split(sep).join("/"))
    .sort();
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: Math.min(PARALLEL, items.length) }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}
