import { randomUUID } from "node:crypto";
import { datastoreContainer, explain, openContainer } from "./blobs.ts";
import type { Workspace } from "./workspace.ts";

/** Small JSON texts in the workspace's own blob store; paths have forward slashes and no leading one. */
export interface Documents {
  /** False when there is one already and `replace` was not said. */
  write(path: string, text: string, options?: { readonly replace?: boolean; readonly signal?: AbortSignal }): Promise<boolean>;
  read(path: string, signal?: AbortSignal): Promise<string | undefined>;
  /** Paths below a prefix in the order of their names. */
  list(prefix: string, signal?: AbortSignal): Promise<string[]>;
  /**
   * Takes the lease of a document, which is made when there is none; `undefined` when somebody else holds it. The
   * service ends it by its own clock after `seconds` (15 to 60) without a renewal.
   */
  lease(path: string, seconds: number, signal?: AbortSignal): Promise<Lease | undefined>;
  /** Ends whoever's lease at once. */
  breakLease(path: string, signal?: AbortSignal): Promise<void>;
}

export interface Lease {
  /** Writes the document under the lease. */
  write(text: string, signal?: AbortSignal): Promise<void>;
  /** Rejects when the lease was lost. */
  renew(signal?: AbortSignal): Promise<void>;
  release(): Promise<void>;
}

export async function openDocuments(workspace: Workspace, signal?: AbortSignal): Promise<Documents> {
  const address = await datastoreContainer(workspace, "workspaceblobstore", signal);
  const container = await openContainer(workspace.client.connection, address);
  const at = <T>(path: string, work: () => Promise<T>) => explain({ container: address, path }, work);
  const abort = (given: AbortSignal | undefined) => (given === undefined ? {} : { abortSignal: given });

  const write: Documents["write"] = (path, text, options = {}) =>
    at(path, async () => {
      const conditions = options.replace === true ? {} : { conditions: { ifNoneMatch: "*" } };
      try {
        await container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text), {
          blobHTTPHeaders: { blobContentType: "application/json" },
          ...conditions,
          ...abort(options.signal),
        });
        return true;
      } catch (error) {
        // 409 BlobAlreadyExists or, from a leased one, 412.
        if (options.replace !== true && [409, 412].includes(statusOf(error))) return false;
        throw error;
      }
    });

  return {
    write,
    read: (path, given) =>
      at(path, async () => {
        try {
          return (await container.getBlobClient(path).downloadToBuffer(0, undefined, abort(given))).toString("utf8");
        } catch (error) {
          if (statusOf(error) === 404) return undefined;
          throw error;
        }
      }),
    list: (prefix, given) =>
      at(prefix, async () => {
        const found: string[] = [];
        for await (const { name } of container.listBlobsFlat({ prefix, ...abort(given) })) found.push(name);
        return found.sort();
      }),
    async lease(path, seconds, given) {
      await write(path, "{}", given === undefined ? {} : { signal: given });
      const id = randomUUID();
      const client = container.getBlobClient(path).getBlobLeaseClient(id);
      try {
        await at(path, () => client.acquireLease(seconds, abort(given)));
      } catch (error) {
        if (error instanceof Error && statusOf(error.cause) === 409) return undefined;
        throw error;
      }
      return {
        write: (text, signalled) =>
          at(path, async () => {
            const options = { conditions: { leaseId: id }, ...abort(signalled) };
            await container.getBlockBlobClient(path).upload(text, Buffer.byteLength(text), options);
          }),
        renew: (signalled) => at(path, async () => void (await client.renewLease(abort(signalled)))),
        release: () => at(path, async () => void (await client.releaseLease())),
      };
    },
    breakLease: (path, given) =>
      at(path, async () => {
        try {
          await container.getBlobClient(path).getBlobLeaseClient().breakLease(0, abort(given));
        } catch (error) {
          // Nothing there, or nobody holds it.
          if (![404, 409].includes(statusOf(error))) throw error;
        }
      }),
  };
}

function statusOf(error: unknown): number {
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" ? error.statusCode : 0;
}
