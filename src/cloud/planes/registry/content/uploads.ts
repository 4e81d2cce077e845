import { RegistryRefusal, uploadUnknown } from "../refusal.ts";

/** Uploads that are open, over every registry. They do not outlive the cloud: a client starts a broken push again. */
export class Uploads {
  readonly #open = new Map<string, { readonly place: string; busy: boolean }>();

  open(id: string, registry: string, repository: string): void {
    this.#open.set(id, { place: placeOf(registry, repository), busy: false });
  }

  /** @throws RegistryRefusal when there is no such upload for the repository */
  require(id: string, registry: string, repository: string): void {
    if (this.#open.get(id)?.place !== placeOf(registry, repository)) throw uploadUnknown(id);
  }

  /** One request at a time writes to an upload. */
  async alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const upload = this.#open.get(id);
    if (upload === undefined) throw uploadUnknown(id);
    if (upload.busy) throw new RegistryRefusal(409, "BLOB_UPLOAD_INVALID", `another request writes to blob upload ${id}`);
    upload.busy = true;
    try {
      return await work();
    } finally {
      upload.busy = false;
    }
  }

  close(id: string): void {
    this.#open.delete(id);
  }
}

function placeOf(registry: string, repository: string): string {
  return `${registry.toLowerCase()}/${repository}`;
}
