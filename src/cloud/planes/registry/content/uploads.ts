import type { CloudClock } from "../../../contract.ts";
import { RegistryRefusal, uploadUnknown } from "../refusal.ts";

/** Virtual time after which nobody goes on with an upload any more. */
const LONGEST_PAUSE_MS = 86_400_000;

interface Upload {
  readonly registry: string;
  readonly repository: string;
  busy: boolean;
  /** Virtual milliseconds. */
  usedAt: number;
}

/** Uploads that are open, over every registry. They do not outlive the cloud: a client starts a broken push again. */
export class Uploads {
  readonly #clock: Pick<CloudClock, "now">;
  readonly #open = new Map<string, Upload>();

  constructor(clock: Pick<CloudClock, "now">) {
    this.#clock = clock;
  }

  open(id: string, registry: string, repository: string): void {
    this.#open.set(id, { registry: registry.toLowerCase(), repository, busy: false, usedAt: this.#clock.now() });
  }

  /** Closes those of a registry that were left, and gives their ids. */
  closeLeft(registry: string): string[] {
    const last = this.#clock.now() - LONGEST_PAUSE_MS;
    const left = [...this.#open]
      .filter(([, upload]) => upload.registry === registry.toLowerCase() && !upload.busy && upload.usedAt < last)
      .map(([id]) => id);
    for (const id of left) this.#open.delete(id);
    return left;
  }

  /** @throws RegistryRefusal when there is no such upload for the repository */
  require(id: string, registry: string, repository: string): void {
    const upload = this.#open.get(id);
    if (upload?.registry !== registry.toLowerCase() || upload.repository !== repository) throw uploadUnknown(id);
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
      upload.usedAt = this.#clock.now();
    }
  }

  close(id: string): void {
    this.#open.delete(id);
  }
}
