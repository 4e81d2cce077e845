import { readFile } from "node:fs/promises";
import type { ContainerClient } from "@azure/storage-blob";
import { asString } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { type Connection, proxySettings } from "../connection.ts";
import { NetworkError } from "../error.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

/** A folder or file inside a blob container. */
export interface BlobPlace {
  /** `https://{account}.blob.{suffix}/{container}`, with a SAS when there is one. */
  readonly container: string;
  readonly path: string;
}

export interface LocalFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  /** Where it is on this machine. */
  readonly file: string;
}

/** Uploads files below a place; the signed-in identity is used where the address carries no SAS. */
export async function uploadFiles(
  connection: Connection,
  place: BlobPlace,
  files: readonly LocalFile[],
  signal?: AbortSignal,
): Promise<void> {
  const container = await openContainer(connection, place.container);
  for (const { path, file } of files) {
    const content = await readFile(file);
    const blob = container.getBlockBlobClient(join(place.path, path));
    await explain(place, () => blob.uploadData(content, signal === undefined ? {} : { abortSignal: signal }));
  }
}

export async function downloadBlob(connection: Connection, place: BlobPlace, signal?: AbortSignal): Promise<Buffer> {
  const blob = (await openContainer(connection, place.container)).getBlobClient(place.path);
  return explain(place, () => blob.downloadToBuffer(0, undefined, signal === undefined ? {} : { abortSignal: signal }));
}

/** Text behind an address that carries its own SAS. */
export async function downloadText(connection: Connection, address: string, signal?: AbortSignal): Promise<string> {
  return (await downloadBlob(connection, placeOf(address), signal)).toString("utf8");
}

/** `azureml://.../datastores/{name}/paths/{path}` or `azureml://jobs/{job}/outputs/{output}/paths/{path}` to blobs. */
export async function resolveUri(workspace: Workspace, uri: string, signal?: AbortSignal): Promise<BlobPlace> {
  const output = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/.exec(uri);
  if (output !== null) {
    const [, job = "", name = "", path = ""] = output;
    const body = properties(await workspace.client.get(below(workspace, `jobs/${job}`), ML_API_VERSION, signal));
    const outputs = body.outputs as Record<string, { uri?: string }> | undefined;
    const base = outputs?.[name]?.uri;
    if (base === undefined)
      throw new QuaysideError(`job ${job} has no output ${name}`, { code: "arm.output-not-found", fault: "azure" });
    return resolveUri(workspace, join(base, path), signal);
  }
  const stored = /\/datastores\/([^/]+)\/paths\/(.*)$/.exec(uri);
  if (stored !== null) {
    const [, datastore = "", path = ""] = stored;
    return { container: await datastoreContainer(workspace, datastore, signal), path };
  }
  if (uri.startsWith("https://")) return placeOf(uri);
  throw new QuaysideError(`${uri} is not an address of blobs that Quayside reads`, {
    code: "arm.unsupported-uri",
    fault: "user",
  });
}

export async function datastoreContainer(workspace: Workspace, name: string, signal?: AbortSignal): Promise<string> {
  const body = properties(await workspace.client.get(below(workspace, `datastores/${name}`), ML_API_VERSION, signal));
  const suffix = typeof body.endpoint === "string" ? body.endpoint : workspace.client.connection.storageSuffix;
  return `https://${asString(body.accountName)}.blob.${suffix}/${asString(body.containerName)}`;
}

export async function openContainer(connection: Connection, address: string): Promise<ContainerClient> {
  // Loaded when it is needed: most commands never touch a blob.
  const { AnonymousCredential, ContainerClient } = await import("@azure/storage-blob");
  const options = connection.proxy === undefined ? {} : { proxyOptions: proxySettings(connection.proxy) };
  const hasSas = new URL(address).search !== "";
  return new ContainerClient(address, hasSas ? new AnonymousCredential() : connection.credential, options);
}

function placeOf(address: string): BlobPlace {
  const url = new URL(address);
  const [container = "", ...rest] = url.pathname.split("/").filter((segment) => segment !== "");
  return { container: `${url.origin}/${container}${url.search}`, path: decodeURIComponent(rest.join("/")) };
}

function join(base: string, path: string): string {
  return [base.replace(/\/+$/, ""), path].filter((part) => part !== "").join("/");
}

export async function explain<T>(place: BlobPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error && error.name === "RestError")) throw error;
    const { statusCode, code } = error as Error & { statusCode?: number; code?: string };
    const where = `${new URL(place.container).pathname.slice(1)}/${place.path}`;
    if (statusCode === undefined) throw new NetworkError(`blob ${where}: ${error.message}`, error);
    const hint = statusCode === 403 ? { hint: "give the identity Storage Blob Data Contributor on the storage account" } : {};
    throw new QuaysideError(`blob ${where} was refused with ${statusCode} ${code ?? ""}`.trimEnd(), {
      code: `blob.${code ?? statusCode}`,
      fault: statusCode === 403 ? "user" : "azure",
      cause: error,
      ...hint,
    });
  }
}
