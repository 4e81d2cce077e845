import type { CloudHost, Resource } from "../../../contract.ts";
import { isDigest } from "../names.ts";
import { blobUnknown, locked, manifestInvalid, manifestUnknown, RegistryRefusal, repositoryUnknown } from "../refusal.ts";
import { type BlobFiles, blobFiles } from "./files.ts";
import { type ParsedManifest, parseManifest } from "./manifest.ts";
import { dispensable, retentionDays, softDeleteDays } from "./policies.ts";
import { type Manifest, OPEN, type Records, type Repository, registryRecords, type Tag } from "./records.ts";

const DAY_MS = 86_400_000;

/** What one registry holds, and the rules by which it changes. */
export class Content {
  readonly records: Records;
  readonly files: BlobFiles;
  readonly #host: CloudHost;
  readonly #registry: Resource;

  constructor(host: CloudHost, registry: Resource) {
    this.#host = host;
    this.#registry = registry;
    this.records = registryRecords(host, registry.name);
    this.files = blobFiles(host, registry.name);
  }

  get #now(): string {
    return new Date(this.#host.clock.now()).toISOString();
  }

  repository(name: string): Repository {
    const found = this.records.repositories.get(name, "");
    if (found === undefined) throw repositoryUnknown(name);
    return found;
  }

  /** The manifest of a tag or digest. */
  manifest(repository: string, reference: string): Manifest {
    const digest = isDigest(reference) ? reference : this.records.tags.get(repository, reference)?.digest;
    const found = digest === undefined ? undefined : this.records.manifests.get(repository, digest);
    if (found === undefined) throw manifestUnknown(reference);
    return found;
  }

  tagsOf(repository: string, digest: string): Tag[] {
    return this.records.tags.list(repository).filter((tag) => tag.digest === digest);
  }

  /** Stores a manifest, and points a tag to it. Everything that it names must be there. */
  push(repository: string, reference: string, bytes: Buffer, contentType: string): ParsedManifest {
    const parsed = parseManifest(bytes, contentType);
    if (isDigest(reference) && reference !== parsed.digest)
      throw new RegistryRefusal(400, "DIGEST_INVALID", `the manifest's digest is ${parsed.digest}, not ${reference}`);
    this.#requireParts(repository, parsed);
    const tag = isDigest(reference) ? undefined : reference;
    this.records.transaction(() => {
      const now = this.#now;
      const before = this.records.repositories.get(repository, "");
      if (before?.attributes.writeEnabled === false) throw locked(`repository ${repository}`);
      const known = this.records.manifests.get(repository, parsed.digest);
      const created = { createdAt: now, attributes: OPEN };
      this.records.repositories.put(repository, "", { ...created, ...before, name: repository, updatedAt: now });
      const { untaggedAt = now, ...kept } = known ?? { ...created, untaggedAt: now };
      const tagged = tag !== undefined || this.tagsOf(repository, parsed.digest).length > 0;
      this.records.manifests.put(repository, parsed.digest, {
        ...kept,
        ...parsed,
        text: bytes.toString("utf8"),
        updatedAt: now,
        ...(tagged ? {} : { untaggedAt }),
      });
      if (tag !== undefined) this.#point(repository, tag, parsed.digest, now);
    });
    return parsed;
  }

  #requireParts(repository: string, { blobs, manifests }: ParsedManifest): void {
    const missing = [
      ...blobs.filter((digest) => this.records.blobs.get(repository, digest) === undefined),
      ...manifests.filter((digest) => this.records.manifests.get(repository, digest) === undefined),
    ];
    if (missing.length === 0) return;
    const code = manifests.length > 0 ? "MANIFEST_UNKNOWN" : "MANIFEST_BLOB_UNKNOWN";
    throw new RegistryRefusal(400, code, `the manifest names what is not in ${repository}: ${missing.join(", ")}`, {
      detail: { digest: missing[0] },
    });
  }

  #point(repository: string, name: string, digest: string, now: string): void {
    const before = this.records.tags.get(repository, name);
    if (before?.attributes.writeEnabled === false) throw locked(`tag ${repository}:${name}`);
    const created = { createdAt: now, attributes: OPEN };
    this.records.tags.put(repository, name, { ...created, ...before, name, digest, updatedAt: now });
    if (before !== undefined && before.digest !== digest) this.#noteUntagged(repository, before.digest);
  }

  #noteUntagged(repository: string, digest: string): void {
    const manifest = this.records.manifests.get(repository, digest);
    if (manifest === undefined || this.tagsOf(repository, digest).length > 0) return;
    this.records.manifests.put(repository, digest, { ...manifest, untaggedAt: this.#now });
  }

  untag(repository: string, name: string): void {
    const tag = this.records.tags.get(repository, name);
    if (tag === undefined) throw new RegistryRefusal(404, "TAG_UNKNOWN", `tag ${name} is not in ${repository}`);
    if (!tag.attributes.deleteEnabled) throw locked(`tag ${repository}:${name}`);
    this.records.transaction(() => {
      this.records.tags.delete(repository, name);
      this.#noteUntagged(repository, tag.digest);
    });
  }

  /** Takes a manifest away with its tags, and the layers that no other manifest of the repository names. */
  async delete(repository: string, digest: string): Promise<void> {
    if (this.records.manifests.get(repository, digest) === undefined) throw manifestUnknown(digest);
    await this.#drop(this.#take(repository, [digest]));
  }

  /** All of it or, when anything in it is locked, nothing. */
  async deleteRepository(name: string): Promise<readonly Manifest[]> {
    this.repository(name);
    const manifests = this.records.manifests.list(name);
    const digests = manifests.map(({ digest }) => digest);
    await this.#drop(this.#take(name, digests));
    return manifests;
  }

  /** Takes manifests out of the records, all or none; gives the blobs that went with them. */
  #take(repository: string, digests: readonly string[]): readonly string[] {
    const softly = softDeleteDays(this.#registry) !== undefined;
    return this.records.transaction(() => {
      const blobs = digests.flatMap((digest) => this.#takeOne(repository, digest, softly));
      if (this.records.manifests.list(repository).length === 0) this.records.repositories.delete(repository, "");
      return this.#unnamed(repository, blobs);
    });
  }

  #takeOne(repository: string, digest: string, softly: boolean): readonly string[] {
    const manifest = this.manifest(repository, digest);
    const tags = this.tagsOf(repository, digest);
    const held = [this.repository(repository), manifest, ...tags].find(({ attributes }) => !attributes.deleteEnabled);
    if (held !== undefined) throw locked(`${repository}@${digest}`);
    this.records.manifests.delete(repository, digest);
    for (const { name } of tags) this.records.tags.delete(repository, name);
    if (softly)
      this.records.deleted.put(repository, digest, { ...manifest, deletedAt: this.#now, tags: tags.map(({ name }) => name) });
    return manifest.blobs;
  }

  /** Takes those blobs out of a repository's records that no manifest of it names, and gives them. */
  #unnamed(repository: string, blobs: readonly string[]): readonly string[] {
    const named = new Set(
      [...this.records.manifests.list(repository), ...this.records.deleted.list(repository)].flatMap((each) => each.blobs),
    );
    return blobs.filter((digest) => !named.has(digest) && this.records.blobs.delete(repository, digest));
  }

  /** Brings a soft-deleted manifest back, and a tag of it; one that is somebody else's by now only when forced. */
  restore(repository: string, digest: string, tag: string | undefined, force: boolean): void {
    if (softDeleteDays(this.#registry) === undefined)
      throw manifestInvalid(`soft delete is not enabled, so ${repository} keeps nothing that was deleted`);
    const { deletedAt: _, tags, ...manifest } = this.records.deleted.get(repository, digest) ?? { digest: "" };
    if (tags === undefined || manifest.digest === "") throw manifestUnknown(digest);
    const taken = tag === undefined ? undefined : this.records.tags.get(repository, tag);
    if (taken !== undefined && taken.digest !== digest && !force)
      throw new RegistryRefusal(409, "TAG_CONFLICT", `tag ${tag} points to ${taken.digest} now; force moves it`);
    this.records.transaction(() => {
      const now = this.#now;
      const before = this.records.repositories.get(repository, "");
      this.records.repositories.put(repository, "", {
        createdAt: now,
        attributes: OPEN,
        ...before,
        name: repository,
        updatedAt: now,
      });
      this.records.manifests.put(repository, digest, { ...(manifest as Manifest), untaggedAt: now });
      if (tag !== undefined) this.#point(repository, tag, digest, now);
      this.records.deleted.delete(repository, digest);
    });
  }

  /** Lets go of what the policies of the registry keep no longer. */
  async applyPolicies(): Promise<void> {
    const days = retentionDays(this.#registry);
    const retired = days === undefined ? [] : this.records.repositoryNames().flatMap((name) => this.#retire(name, days));
    const purged = this.records.deletedNames().flatMap((name) => this.#purge(name));
    await this.#drop([...retired, ...purged]);
  }

  #retire(repository: string, days: number): readonly string[] {
    if (!this.repository(repository).attributes.deleteEnabled) return [];
    const old = dispensable(this.records.manifests.list(repository)).filter(({ untaggedAt }) =>
      this.#isPast(untaggedAt ?? "", days),
    );
    const digests = old.map(({ digest }) => digest);
    return digests.length === 0 ? [] : this.#take(repository, digests);
  }

  #purge(repository: string): readonly string[] {
    const days = softDeleteDays(this.#registry) ?? 0;
    const old = this.records.deleted.list(repository).filter(({ deletedAt }) => this.#isPast(deletedAt, days));
    return this.records.transaction(() => {
      for (const { digest } of old) this.records.deleted.delete(repository, digest);
      return this.#unnamed(
        repository,
        old.flatMap(({ blobs }) => blobs),
      );
    });
  }

  #isPast(since: string, days: number): boolean {
    return this.#host.clock.now() - Date.parse(since) >= days * DAY_MS;
  }

  /** From the repository, unless a manifest of it names the blob; its bytes go when no other repository has it. */
  async deleteBlob(repository: string, digest: string): Promise<void> {
    if (this.records.manifests.list(repository).some(({ blobs }) => blobs.includes(digest)))
      throw new RegistryRefusal(405, "UNSUPPORTED", `blob ${digest} belongs to a manifest of ${repository}; delete that`);
    if (!this.records.blobs.delete(repository, digest)) throw blobUnknown(digest);
    await this.#drop([digest]);
  }

  /** The bytes of blobs that no repository has any more. Whatever a crash leaves of them is swept at the next start. */
  async #drop(digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await this.files.alone(async () => {
      const used = this.records.usedBlobs();
      for (const digest of digests) if (!used.has(digest)) await this.files.remove(digest);
    });
  }
}
