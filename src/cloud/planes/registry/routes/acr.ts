import { isObject, type JsonObject, parseJson } from "../../../../base/index.ts";
import type { Attributes, Manifest, Tag } from "../content/records.ts";
import { requireDigest, requireRepository } from "../names.ts";
import { RegistryRefusal } from "../refusal.ts";
import { type Call, onRepository, page, type Reply, type Route, readBytes } from "./call.ts";
import { requireListed } from "./manifests.ts";

const CATALOG = /^\/acr\/v1\/_catalog$/;
const TAGS = /^\/acr\/v1\/(.+?)\/_tags$/;
const TAG = /^\/acr\/v1\/(.+?)\/_tags\/([^/]+)$/;
const MANIFESTS = /^\/acr\/v1\/(.+?)\/_manifests$/;
const MANIFEST = /^\/acr\/v1\/(.+?)\/_manifests\/([^/]+)$/;
const REPOSITORY = /^\/acr\/v1\/([^_].*)$/;
const MOST_BODY_BYTES = 64 * 1024;

/** What `az acr repository` and `az acr manifest` ask beside the standard: Azure's own view of repositories. */
export const ACR_ROUTES: readonly Route[] = [
  { method: ["GET"], path: CATALOG, run: (call) => catalog(call) },
  { method: ["GET"], path: TAGS, run: (call, [name = ""]) => tags(call, requireRepository(name)) },
  {
    method: ["GET", "PATCH", "DELETE"],
    path: TAG,
    run: (call, [name = "", tag = ""]) => onTag(call, requireRepository(name), tag),
  },
  { method: ["GET"], path: MANIFESTS, run: (call, [name = ""]) => manifests(call, requireRepository(name)) },
  {
    method: ["GET", "PATCH"],
    path: MANIFEST,
    run: (call, [name = "", digest = ""]) => onManifest(call, requireRepository(name), digest),
  },
  {
    method: ["GET", "PATCH", "DELETE"],
    path: REPOSITORY,
    run: (call, [name = ""]) => onRepositoryItself(call, requireRepository(name)),
  },
];

function catalog(call: Call): Reply {
  call.requireScope({ type: "registry", name: "catalog", actions: ["*"] });
  const { items, headers } = page(call.content.records.repositoryNames(), (name) => name, call);
  return { status: 200, headers, body: { repositories: [...items] } };
}

async function onRepositoryItself(call: Call, name: string): Promise<Reply> {
  const { content, method } = call;
  if (method === "DELETE") {
    call.requireScope(onRepository(name, "delete"));
    const tagsDeleted = content.records.tags.list(name).map((tag) => tag.name);
    const gone = await content.deleteRepository(name);
    return { status: 202, body: { manifestsDeleted: gone.map(({ digest }) => digest), tagsDeleted } };
  }
  if (method === "PATCH") {
    call.requireScope(onRepository(name, "metadata_write"));
    const change = await attributeChange(call);
    const before = content.repository(name);
    content.records.repositories.put(name, "", { ...before, attributes: change(before.attributes) });
  } else requireListed(call, name);
  const repository = content.repository(name);
  return {
    status: 200,
    body: {
      ...about(call, name),
      createdTime: repository.createdAt,
      lastUpdateTime: repository.updatedAt,
      manifestCount: content.records.manifests.list(name).length,
      tagCount: content.records.tags.list(name).length,
      changeableAttributes: { ...repository.attributes, teleportEnabled: false },
    },
  };
}

async function onTag(call: Call, name: string, tagName: string): Promise<Reply> {
  const { content, method } = call;
  const find = (): Tag => {
    const tag = content.records.tags.get(name, tagName);
    if (tag === undefined) throw new RegistryRefusal(404, "TAG_UNKNOWN", `tag ${tagName} is not in ${name}`);
    return tag;
  };
  if (method === "DELETE") {
    call.requireScope(onRepository(name, "delete"));
    content.untag(name, tagName);
    return { status: 202 };
  }
  if (method === "PATCH") {
    call.requireScope(onRepository(name, "metadata_write"));
    const change = await attributeChange(call);
    const tag = find();
    content.records.tags.put(name, tagName, { ...tag, attributes: change(tag.attributes) });
  } else requireListed(call, name);
  return { status: 200, body: { ...about(call, name), tag: tagBody(find()) } };
}

async function onManifest(call: Call, name: string, text: string): Promise<Reply> {
  const { content, method } = call;
  const digest = requireDigest(text);
  if (method === "PATCH") {
    call.requireScope(onRepository(name, "metadata_write"));
    const change = await attributeChange(call);
    const manifest = content.manifest(name, digest);
    content.records.manifests.put(name, digest, { ...manifest, attributes: change(manifest.attributes) });
  } else requireListed(call, name);
  return { status: 200, body: { ...about(call, name), manifest: manifestBody(call, name, content.manifest(name, digest)) } };
}

function tags(call: Call, name: string): Reply {
  requireListed(call, name);
  call.content.repository(name);
  const wanted = call.query.get("digest");
  const found = call.content.records.tags.list(name).filter(({ digest }) => wanted === null || digest === wanted);
  const { items, headers } = page(ordered(call, found), (tag) => tag.name, call);
  return { status: 200, headers, body: { ...about(call, name), tags: items.map(tagBody) } };
}

function manifests(call: Call, name: string): Reply {
  requireListed(call, name);
  call.content.repository(name);
  const { items, headers } = page(ordered(call, call.content.records.manifests.list(name)), ({ digest }) => digest, call);
  return {
    status: 200,
    headers,
    body: { ...about(call, name), manifests: items.map((manifest) => manifestBody(call, name, manifest)) },
  };
}

function ordered<T extends { readonly updatedAt: string }>({ query }: Call, items: readonly T[]): readonly T[] {
  const order = query.get("orderby");
  if (order !== "timeasc" && order !== "timedesc") return items;
  const sign = order === "timeasc" ? 1 : -1;
  return items.toSorted((a, b) => sign * a.updatedAt.localeCompare(b.updatedAt));
}

export function about({ registry }: Call, name: string): JsonObject {
  return { registry: registry.properties.loginServer ?? "", imageName: name };
}

function tagBody({ name, digest, createdAt, updatedAt, attributes }: Tag): JsonObject {
  return {
    name,
    digest,
    createdTime: createdAt,
    lastUpdateTime: updatedAt,
    signed: false,
    changeableAttributes: { ...attributes },
  };
}

function manifestBody({ content }: Call, name: string, manifest: Manifest): JsonObject {
  const { digest, imageSize, createdAt, updatedAt, mediaType, configMediaType, artifactType, attributes } = manifest;
  return {
    digest,
    imageSize,
    createdTime: createdAt,
    lastUpdateTime: updatedAt,
    mediaType,
    ...(configMediaType === undefined ? {} : { configMediaType }),
    ...(artifactType === undefined ? {} : { artifactType }),
    tags: content.tagsOf(name, digest).map((tag) => tag.name),
    changeableAttributes: { ...attributes },
  };
}

/** Reads the whole request before anything is looked at: what it changes may have changed or gone while it came. */
async function attributeChange(call: Call): Promise<(before: Attributes) => Attributes> {
  const body = await readObject(call);
  return (before) => {
    const flag = (name: keyof Attributes) => (typeof body[name] === "boolean" ? body[name] : before[name]);
    return {
      deleteEnabled: flag("deleteEnabled"),
      writeEnabled: flag("writeEnabled"),
      readEnabled: flag("readEnabled"),
      listEnabled: flag("listEnabled"),
    };
  };
}

export async function readObject({ request }: Call): Promise<JsonObject> {
  const text = (await readBytes(request, MOST_BODY_BYTES)).toString("utf8");
  const value = text === "" ? {} : parseJson(text);
  if (isObject(value)) return value;
  throw new RegistryRefusal(400, "UNSUPPORTED", "the body is not a JSON object");
}
