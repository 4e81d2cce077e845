import { open, readdir, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import type { StoredFiles } from "../../arm/index.ts";

/** The files of a folder of this machine, as those of a blob store are: what is not there is empty. */
export function localFiles(root: string): StoredFiles {
  return {
    async sizes(prefix) {
      const found = new Map<string, number>();
      const folder = join(root, prefix);
      const names = await readdir(folder, { recursive: true }).catch(() => []);
      for (const name of names) {
        const file = await stat(join(folder, name));
        if (file.isFile()) found.set(join(prefix, name).split(sep).join("/"), file.size);
      }
      return found;
    },
    async read(path, from, bytes) {
      await using handle = await open(join(root, path), "r");
      const buffer = Buffer.alloc(bytes);
      const { bytesRead } = await handle.read(buffer, 0, bytes, from);
      return buffer.subarray(0, bytesRead);
    },
  };
}
