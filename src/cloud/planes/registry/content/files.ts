import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CloudHost } from "../../../contract.ts";
import { RegistryRefusal } from "../refusal.ts";

/** The most that one blob may have; Azure takes 200 GiB, a machine's disk less. */
const MOST_BLOB_BYTES = 8 * 1024 ** 3;
const MOST_UPLOADS = 100;

/** The last work on the blobs of each registry, by its folder. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Blobs of one registry on disk, each in the file of its digest. A file is whole: it gets its name when all its bytes are on disk.
 * An upload grows in a file of its own.
 */
export interface BlobFiles {
  startUpload(id: string): Promise<void>;
  /** Bytes that an upload has; `undefined` when there is none of this id. */
  uploaded(id: string): Promise<number | undefined>;
  /** Adds to an upload; when the bytes break off, those that came of them are taken away again. */
  append(id: string, bytes: Readable): Promise<number>;
  /** Makes an upload the blob of this digest; gives its size, or `undefined` when the bytes have another one. */
  commit(id: string, digest: string): Promise<number | undefined>;
  cancel(id: string): Promise<void>;
  /** Runs alone among what makes and removes blobs, so that no blob goes while another repository takes it. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  read(digest: string, range?: { readonly start: number; readonly end: number }): Readable;
  remove(digest: string): Promise<void>;
  /** After a start: uploads that nobody goes on with, and blobs that no repository has. */
  sweep(used: ReadonlySet<string>): Promise<void>;
  forget(): Promise<void>;
}

export function blobFiles({ runtime }: Pick<CloudHost, "runtime">, registry: string): BlobFiles {
  const root = join(runtime.stateDir, "registry", registry.toLowerCase());
  const [blobs, uploads] = [join(root, "blobs"), join(root, "uploads")];
  const blobFile = (digest: string) => join(blobs, digest.replace(":", "-"));
  const uploadFile = (id: string) => join(uploads, id);

  return {
    async startUpload(id) {
      await mkdir(uploads, { recursive: true, mode: 0o700 });
      if ((await readdir(uploads)).length >= MOST_UPLOADS)
        throw new RegistryRefusal(429, "TOOMANYREQUESTS", `${MOST_UPLOADS} uploads are open; finish or cancel some first`);
      await (await open(uploadFile(id), "wx", 0o600)).close();
    },
    uploaded: async (id) => (await stat(uploadFile(id)).catch(() => undefined))?.size,
    async append(id, bytes) {
      const before = (await stat(uploadFile(id))).size;
      try {
        let room = MOST_BLOB_BYTES - before;
        await pipeline(
          bytes,
          async function* (source: AsyncIterable<Buffer>) {
            for await (const chunk of source) {
              room -= chunk.length;
              if (room < 0) throw new RegistryRefusal(413, "SIZE_INVALID", `a blob has at most ${MOST_BLOB_BYTES} bytes here`);
              yield chunk;
            }
          },
          createWriteStream(uploadFile(id), { flags: "a" }),
        );
      } catch (error) {
        await truncate(uploadFile(id), before).catch(() => {});
        throw error;
      }
      return (await stat(uploadFile(id))).size;
    },
    async commit(id, digest) {
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(uploadFile(id)) as AsyncIterable<Buffer>) hash.update(chunk);
      if (`sha256:${hash.digest("hex")}` !== digest) return undefined;
      await mkdir(blobs, { recursive: true, mode: 0o700 });
      await synced(uploadFile(id));
      const { size } = await stat(uploadFile(id));
      await rename(uploadFile(id), blobFile(digest));
      await synced(blobs);
      return size;
    },
    async alone(work) {
      const before = queues.get(root) ?? Promise.resolve();
      const done = before.then(work, work);
      queues.set(
        root,
        done.catch(() => {}),
      );
      return done;
    },
    cancel: (id) => rm(uploadFile(id), { force: true }),
    read: (digest, range) => createReadStream(blobFile(digest), range ?? {}),
    remove: (digest) => rm(blobFile(digest), { force: true }),
    async sweep(used) {
      await rm(uploads, { recursive: true, force: true });
      if (!existsSync(blobs)) return;
      for (const name of await readdir(blobs))
        if (!used.has(name.replace("-", ":"))) await rm(join(blobs, name), { force: true });
    },
    forget() {
      queues.delete(root);
      return rm(root, { recursive: true, force: true });
    },
  };
}

/** On disk, not only with the operating system. */
async function synced(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
