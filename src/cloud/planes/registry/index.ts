import type { CloudHost, Plane, Resource } from "../../contract.ts";
import { blobFiles } from "./content/files.ts";
import { registryRecords } from "./content/records.ts";
import type { RegistryServer } from "./server.ts";

export interface RegistryPlane extends Plane {
  /** Clears away what a stopped cloud left half done. */
  start(registries: readonly Resource[]): Promise<void>;
  forget(registry: string): Promise<void>;
}

/** Images at `{registry}.{suffix}`. What answers is loaded when a registry is asked first. */
export function createRegistryPlane(host: CloudHost): RegistryPlane {
  const suffix = `.${host.endpoints.registrySuffix}`;
  const nameOf = (value: string) => value.replace(/:\d+$/, "").toLowerCase();
  let server: Promise<RegistryServer> | undefined;
  return {
    name: "registry",
    matches: (name) => nameOf(name).endsWith(suffix),
    handle(request, response) {
      server ??= import("./server.ts").then(({ createRegistryServer }) => createRegistryServer(host));
      server.then((answer) => answer(nameOf(request.headers.host ?? ""), request, response)).catch(() => response.destroy());
    },
    async start(registries) {
      for (const { name } of registries) await blobFiles(host, name).sweep(registryRecords(host, name).usedBlobs());
    },
    async forget(registry) {
      registryRecords(host, registry).forget();
      await blobFiles(host, registry).forget();
    },
  };
}

/** The digest of an image that a registry has, by `repository:tag` or `repository@digest`. */
export function imageDigest(host: CloudHost, registry: Resource, image: string): string | undefined {
  const [, repository = "", tag = "latest", digest] = /^(.+?)(?::([\w][\w.-]*))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
  const { manifests, tags } = registryRecords(host, registry.name);
  const wanted = digest ?? tags.get(repository, tag)?.digest;
  return wanted === undefined ? undefined : manifests.get(repository, wanted)?.digest;
}
