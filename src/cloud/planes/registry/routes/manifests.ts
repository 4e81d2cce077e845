import { isObject, type JsonObject } from "../../../../base/index.ts";
import { annotationsOf, OCI_INDEX } from "../content/manifest.ts";
import type { Manifest } from "../content/records.ts";
import { isDigest, requireDigest, requireRepository, requireTag } from "../names.ts";
import { RegistryRefusal, unsupported } from "../refusal.ts";
import { type Call, onRepository, page, type Reply, type Route, readBytes } from "./call.ts";

const MANIFEST = /^\/v2\/(.+?)\/manifests\/([^/]+)$/;
const TAGS = /^\/v2\/(.+?)\/tags\/list$/;
const REFERRERS = /^\/v2\/(.+?)\/referrers\/([^/]+)$/;
const CATALOG = /^\/v2\/_catalog$/;
/** Source: OCI distribution specification, "Pushing manifests". */
const MOST_MANIFEST_BYTES = 4 * 1024 * 1024;

export const MANIFEST_ROUTES: readonly Route[] = [
  { method: ["GET"], path: CATALOG, run: (call) => catalog(call) },
  {
    method: ["GET", "HEAD"],
    path: MANIFEST,
    run: (call, [name = "", reference = ""]) => read(call, requireRepository(name), reference),
  },
  {
    method: ["PUT"],
    path: MANIFEST,
    run: (call, [name = "", reference = ""]) => write(call, requireRepository(name), reference),
  },
  {
    method: ["DELETE"],
    path: MANIFEST,
    run: (call, [name = "", reference = ""]) => remove(call, requireRepository(name), reference),
  },
  { method: ["GET"], path: TAGS, run: (call, [name = ""]) => tags(call, requireRepository(name)) },
  { method: ["GET"], path: REFERRERS, run: (call, [name = "", digest = ""]) => referrers(call, requireRepository(name), digest) },
];

function read(call: Call, name: string, reference: string): Reply {
  call.requireScope(onRepository(name, "pull"));
  const manifest = call.content.manifest(name, reference);
  const tag = call.content.records.tags.get(name, reference);
  const parts = [call.content.repository(name), manifest, ...(tag === undefined ? [] : [tag])];
  if (parts.some(({ attributes }) => !attributes.readEnabled))
    throw new RegistryRefusal(405, "UNSUPPORTED", `${name}@${manifest.digest} is not to be read`);
  if (!accepts(call.request.headers.accept, manifest.mediaType))
    throw new RegistryRefusal(404, "MANIFEST_UNKNOWN", `${reference} is ${manifest.mediaType}, which the client does not accept`);
  const body = Buffer.from(manifest.text);
  return {
    status: 200,
    headers: { "content-type": manifest.mediaType, "docker-content-digest": manifest.digest, etag: `"${manifest.digest}"` },
    body,
  };
}

function accepts(accept: string | undefined, mediaType: string): boolean {
  const types = (accept ?? "").split(",").map((type) => type.split(";", 1)[0]?.trim() ?? "");
  return (
    types.every((type) => type === "") || types.some((type) => type === mediaType || type === "*/*" || type === "application/*")
  );
}

async function write(call: Call, name: string, reference: string): Promise<Reply> {
  call.requireScope(onRepository(name, "pull", "push"));
  if (isDigest(reference)) requireDigest(reference);
  else requireTag(reference);
  const bytes = await readBytes(call.request, MOST_MANIFEST_BYTES);
  const type = (call.request.headers["content-type"] ?? "").split(";", 1)[0]?.trim() ?? "";
  const { digest, subject } = call.content.push(name, reference, bytes, type);
  return {
    status: 201,
    headers: {
      location: `/v2/${name}/manifests/${digest}`,
      "docker-content-digest": digest,
      ...(subject === undefined ? {} : { "oci-subject": subject }),
    },
  };
}

async function remove(call: Call, name: string, reference: string): Promise<Reply> {
  call.requireScope(onRepository(name, "delete"));
  if (!isDigest(reference)) throw unsupported("the deletion of a manifest by its tag (delete it by its digest, or untag it)");
  await call.content.delete(name, reference);
  return { status: 202 };
}

function tags(call: Call, name: string): Reply {
  requireListed(call, name);
  call.content.repository(name);
  const names = call.content.records.tags.list(name).filter(({ attributes }) => attributes.listEnabled);
  const { items, headers } = page(names, (tag) => tag.name, call);
  return { status: 200, headers, body: { name, tags: items.map((tag) => tag.name) } };
}

/** Lists need one of two actions. */
export function requireListed(call: Call, name: string): void {
  const mayPull = call.granted.some(
    ({ type, name: known, actions }) => type === "repository" && known === name && actions.includes("pull"),
  );
  if (!mayPull) call.requireScope(onRepository(name, "metadata_read"));
}

function catalog(call: Call): Reply {
  call.requireScope({ type: "registry", name: "catalog", actions: ["*"] });
  const { items, headers } = page(call.content.records.repositoryNames(), (name) => name, call);
  return { status: 200, headers, body: { repositories: [...items] } };
}

/** Signatures, bills of materials and whatever else says that it is about a manifest. */
function referrers(call: Call, name: string, digest: string): Reply {
  call.requireScope(onRepository(name, "pull"));
  requireDigest(digest);
  const wanted = call.query.get("artifactType");
  const all = call.content.records.manifests.list(name).filter(({ subject }) => subject === digest);
  const chosen = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
  const { items, headers } = page(chosen, (manifest) => manifest.digest, call);
  return {
    status: 200,
    headers: { ...headers, "content-type": OCI_INDEX, ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }) },
    body: { schemaVersion: 2, mediaType: OCI_INDEX, manifests: items.map(descriptorOf) },
  };
}

function descriptorOf({ mediaType, digest, text, artifactType }: Manifest): JsonObject {
  const annotations = annotationsOf(text);
  return {
    mediaType,
    digest,
    size: Buffer.byteLength(text),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(isObject(annotations) ? { annotations } : {}),
  };
}
