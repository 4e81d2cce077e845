import { requireDigest, requireRepository } from "../names.ts";
import { blobUnknown, digestInvalid, RegistryRefusal, uploadUnknown } from "../refusal.ts";
import { type Call, onRepository, type Reply, type Route } from "./call.ts";

const UPLOADS = /^\/v2\/(.+?)\/blobs\/uploads\/?$/;
const UPLOAD = /^\/v2\/(.+?)\/blobs\/uploads\/([0-9a-f-]{36})$/;
const BLOB = /^\/v2\/(.+?)\/blobs\/([^/]+)$/;

/** Layers and configurations: uploads in one piece or in several, and what became of them. */
export const BLOB_ROUTES: readonly Route[] = [
  { method: ["POST"], path: UPLOADS, run: (call, [name = ""]) => start(call, requireRepository(name)) },
  { method: ["GET"], path: UPLOAD, run: (call, [name = "", id = ""]) => status(call, requireRepository(name), id) },
  { method: ["PATCH"], path: UPLOAD, run: (call, [name = "", id = ""]) => append(call, requireRepository(name), id) },
  { method: ["PUT"], path: UPLOAD, run: (call, [name = "", id = ""]) => finish(call, requireRepository(name), id) },
  { method: ["DELETE"], path: UPLOAD, run: (call, [name = "", id = ""]) => cancel(call, requireRepository(name), id) },
  { method: ["GET", "HEAD"], path: BLOB, run: (call, [name = "", digest = ""]) => read(call, requireRepository(name), digest) },
  { method: ["DELETE"], path: BLOB, run: (call, [name = "", digest = ""]) => remove(call, requireRepository(name), digest) },
];

async function start(call: Call, name: string): Promise<Reply> {
  call.requireScope(onRepository(name, "pull", "push"));
  const mounted = mount(call, name);
  if (mounted !== undefined) return mounted;
  const { content, host, query, registry, uploads } = call;
  const id = host.newGuid();
  for (const left of uploads.closeLeft(registry.name)) await content.files.cancel(left);
  await content.files.startUpload(id);
  uploads.open(id, registry.name, name);
  const digest = query.get("digest");
  return digest === null ? progress(202, name, id, 0) : commit(call, name, id, digest);
}

/** A blob of another repository that the token may read needs no upload. */
function mount({ content, granted, query }: Call, name: string): Reply | undefined {
  const [digest, from] = [query.get("mount"), query.get("from")];
  if (digest === null || from === null) return undefined;
  const there = content.records.blobs.get(from, requireDigest(digest));
  const mayRead = granted.some((scope) => scope.type === "repository" && scope.name === from && scope.actions.includes("pull"));
  if (there === undefined || !mayRead) return undefined;
  content.records.blobs.put(name, digest, there);
  return created(name, digest);
}

async function status(call: Call, name: string, id: string): Promise<Reply> {
  requireUpload(call, name, id);
  return progress(204, name, id, await bytesOf(call, id));
}

async function append(call: Call, name: string, id: string): Promise<Reply> {
  requireUpload(call, name, id);
  const size = await call.uploads.alone(id, () => appended(call, name, id));
  return progress(202, name, id, size);
}

async function appended(call: Call, name: string, id: string): Promise<number> {
  requireOrder(call, name, id, await bytesOf(call, id));
  return call.content.files.append(id, call.request);
}

async function finish(call: Call, name: string, id: string): Promise<Reply> {
  const digest = call.query.get("digest");
  if (digest === null) throw digestInvalid("the query parameter digest is missing");
  requireUpload(call, name, id);
  return commit(call, name, id, digest);
}

async function commit(call: Call, name: string, id: string, digest: string): Promise<Reply> {
  const { content, uploads } = call;
  requireDigest(digest);
  const size = await uploads.alone(id, async () => {
    await appended(call, name, id);
    return content.files.alone(async () => {
      const committed = await content.files.commit(id, digest);
      if (committed !== undefined) content.records.blobs.put(name, digest, { size: committed });
      return committed;
    });
  });
  if (size === undefined) {
    await content.files.cancel(id);
    uploads.close(id);
    throw digestInvalid(`the bytes that came do not have the digest ${digest}`);
  }
  uploads.close(id);
  return created(name, digest);
}

async function cancel(call: Call, name: string, id: string): Promise<Reply> {
  requireUpload(call, name, id);
  await call.uploads.alone(id, () => call.content.files.cancel(id));
  call.uploads.close(id);
  return { status: 204 };
}

function requireUpload(call: Call, name: string, id: string): void {
  call.requireScope(onRepository(name, "push"));
  call.uploads.require(id, call.registry.name, name);
}

async function bytesOf({ content }: Call, id: string): Promise<number> {
  const size = await content.files.uploaded(id);
  if (size === undefined) throw uploadUnknown(id);
  return size;
}

/** A chunk that says where it belongs must belong behind what is there. */
function requireOrder({ request }: Call, name: string, id: string, size: number): void {
  const range = request.headers["content-range"];
  if (range === undefined) return;
  const [, first] = /^(?:bytes[ =])?(\d+)-(\d+)/.exec(range) ?? [];
  if (first !== undefined && Number(first) === size) return;
  throw new RegistryRefusal(
    416,
    "BLOB_UPLOAD_INVALID",
    `the range ${range} does not follow on the ${size} bytes that are there`,
    {
      headers: progress(416, name, id, size).headers ?? {},
    },
  );
}

function progress(code: number, name: string, id: string, size: number): Reply {
  const headers = {
    location: `/v2/${name}/blobs/uploads/${id}`,
    range: `0-${Math.max(0, size - 1)}`,
    "docker-upload-uuid": id,
    "content-length": "0",
  };
  return { status: code, headers: code === 416 ? { location: headers.location, range: headers.range } : headers };
}

function created(name: string, digest: string): Reply {
  return {
    status: 201,
    headers: { location: `/v2/${name}/blobs/${digest}`, "docker-content-digest": digest, "content-length": "0" },
  };
}

function read(call: Call, name: string, text: string): Reply | undefined {
  call.requireScope(onRepository(name, "pull"));
  const digest = requireDigest(text);
  const { content, request, response, method } = call;
  const blob = content.records.blobs.get(name, digest);
  if (blob === undefined) throw blobUnknown(digest);
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  const range = rangeOf(request.headers.range, blob.size);
  if (method === "HEAD") return { status: 200, headers: { ...headers, "content-length": String(blob.size) } };
  const partial = range === undefined ? {} : { "content-range": `bytes ${range.start}-${range.end}/${blob.size}` };
  const length = range === undefined ? blob.size : range.end - range.start + 1;
  response.writeHead(range === undefined ? 200 : 206, { ...headers, ...partial, "content-length": length });
  if (length === 0) response.end();
  else
    content.files
      .read(digest, range)
      .on("error", () => response.destroy())
      .pipe(response);
  return undefined;
}

function rangeOf(text: string | undefined, size: number): { readonly start: number; readonly end: number } | undefined {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(text ?? "") ?? [];
  if (from === undefined) return undefined;
  const [start, end] = [Number(from), to === "" || to === undefined ? size - 1 : Math.min(Number(to), size - 1)];
  if (start <= end) return { start, end };
  throw new RegistryRefusal(416, "SIZE_INVALID", `the blob has ${size} bytes`, {
    headers: { "content-range": `bytes */${size}` },
  });
}

async function remove(call: Call, name: string, text: string): Promise<Reply> {
  call.requireScope(onRepository(name, "delete"));
  const digest = requireDigest(text);
  await call.content.deleteBlob(name, digest);
  return { status: 202 };
}
