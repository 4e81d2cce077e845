import { explain, openContainer, resolveUri } from "./blobs.ts";
import type { Workspace } from "./workspace.ts";

/** Files below a place, some of which may still grow. Paths are relative to it, with forward slashes. */
export interface StoredFiles {
  /** Paths that begin with the prefix, and how many bytes each has by now. */
  sizes(prefix: string, signal?: AbortSignal): Promise<ReadonlyMap<string, number>>;
  /** So many bytes from there on, or fewer at the end of the file. */
  read(path: string, from: number, bytes: number, signal?: AbortSignal): Promise<Buffer>;
}

/** `uri`: `azureml://datastores/{name}/paths/{folder}`, or another address of a folder of blobs. */
export async function openStoredFiles(workspace: Workspace, uri: string, signal?: AbortSignal): Promise<StoredFiles> {
  const place = await resolveUri(workspace, uri, signal);
  const container = await openContainer(workspace.client.connection, place.container);
  const root = place.path.replace(/\/*$/, "/");
  const abort = (given: AbortSignal | undefined) => (given === undefined ? {} : { abortSignal: given });
  return {
    sizes: (prefix, given) =>
      explain({ container: place.container, path: root + prefix }, async () => {
        const found = new Map<string, number>();
        for await (const { name, properties } of container.listBlobsFlat({ prefix: root + prefix, ...abort(given) }))
          found.set(name.slice(root.length), properties.contentLength ?? 0);
        return found;
      }),
    read: (path, from, bytes, given) =>
      explain({ container: place.container, path: root + path }, () =>
        container.getBlobClient(root + path).downloadToBuffer(from, bytes, abort(given)),
      ),
  };
}
