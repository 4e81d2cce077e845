import { requireDigest, requireRepository } from "../names.ts";
import { about, readObject } from "./acr.ts";
import { type Call, onRepository, page, type Reply, type Route } from "./call.ts";

const DELETED_MANIFESTS = /^\/acr\/v1\/_deleted\/(.+?)\/_manifests$/;
const DELETED_MANIFEST = /^\/acr\/v1\/_deleted\/(.+?)\/_manifests\/([^/]+)$/;
const DELETED_TAGS = /^\/acr\/v1\/_deleted\/(.+?)\/_tags$/;

/** What soft delete keeps: lists of it, and the way back. Ahead of the routes that take any repository's name. */
export const DELETED_ROUTES: readonly Route[] = [
  { method: ["GET"], path: DELETED_MANIFESTS, run: (call, [name = ""]) => deletedManifests(call, requireRepository(name)) },
  { method: ["GET"], path: DELETED_TAGS, run: (call, [name = ""]) => deletedTags(call, requireRepository(name)) },
  {
    method: ["POST"],
    path: DELETED_MANIFEST,
    run: (call, [name = "", digest = ""]) => restore(call, requireRepository(name), digest),
  },
];

function deletedManifests(call: Call, name: string): Reply {
  call.requireScope(onRepository(name, "deleted_read"));
  const found = call.content.records.deleted.list(name);
  const { items, headers } = page(found, ({ digest }) => digest, call);
  return {
    status: 200,
    headers,
    body: {
      ...about(call, name),
      manifests: items.map(({ digest, deletedAt, tags: names }) => ({ digest, deletedAt, tags: [...names] })),
    },
  };
}

function deletedTags(call: Call, name: string): Reply {
  call.requireScope(onRepository(name, "deleted_read"));
  const found = call.content.records.deleted
    .list(name)
    .flatMap(({ digest, deletedAt, tags: names }) => names.map((tag) => ({ tag, digest, deletedAt })))
    .sort((a, b) => a.deletedAt.localeCompare(b.deletedAt));
  return { status: 200, body: { ...about(call, name), tags: found } };
}

async function restore(call: Call, name: string, text: string): Promise<Reply> {
  call.requireScope(onRepository(name, "deleted_restore"));
  const { tag } = await readObject(call);
  const force = call.query.get("force")?.toLowerCase() === "true";
  call.content.restore(name, requireDigest(text), typeof tag === "string" && tag !== "" ? tag : undefined, force);
  return { status: 200, body: { digest: text, ...(typeof tag === "string" ? { tag } : {}) } };
}
