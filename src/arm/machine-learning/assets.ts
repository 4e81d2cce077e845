import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { datastoreContainer, type LocalFile, uploadFiles } from "./blobs.ts";
import { below, ML_API_VERSION, properties, type Workspace } from "./workspace.ts";

/** The version of Azure ML's code hash that the `hashVersion` parameter names. */
const HASH_VERSION = "202208";

export interface Uploaded {
  /** ARM id of the asset version. */
  readonly id: string;
  /** SHA-256 over the sorted paths and contents, hex. */
  readonly sha256: string;
}

/** Uploads a folder as a code asset, or finds the same code that was uploaded before. */
export async function uploadCode(workspace: Workspace, folder: string, signal?: AbortSignal): Promise<Uploaded> {
  const { client } = workspace;
  const files = await listFiles(folder);
  const sha256 = await hashFiles(files);
  const name = guidFrom(sha256);
  const existing = await client.list(
    below(workspace, `codes/${name}/versions?hash=${sha256}&hashVersion=${HASH_VERSION}`),
    ML_API_VERSION,
    signal,
  );
  const [found] = existing;
  if (found !== undefined) return { id: asString(found.id), sha256 };
  const version = below(workspace, `codes/${name}/versions/1`);
  const pending = await client.post(
    `${version}/startPendingUpload`,
    ML_API_VERSION,
    { pendingUploadType: "TemporaryBlobReference" },
    signal,
  );
  const reference = isObject(pending.blobReferenceForConsumption) ? pending.blobReferenceForConsumption : {};
  const sas = isObject(reference.credential) ? asString(reference.credential.sasUri) : "";
  const root = basename(folder) || "code";
  await uploadFiles(client.connection, { container: sas, path: root }, files, signal);
  const body = await client.put(
    version,
    ML_API_VERSION,
    {
      properties: {
        codeUri: `${asString(reference.blobUri)}/${root}`,
        isAnonymous: true,
        properties: { hash_sha256: sha256, hash_version: HASH_VERSION },
      },
    },
    signal,
  );
  return { id: asString(body.id), sha256 };
}

/** Uploads a file or a folder to the default datastore and registers it as a data version; equal content is the same version. */
export async function uploadData(
  workspace: Workspace,
  name: string,
  path: string,
  signal?: AbortSignal,
): Promise<Uploaded & { readonly kind: "uri_file" | "uri_folder"; readonly uri: string }> {
  const { client } = workspace;
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? await listFiles(path) : [{ path: basename(path), file: path }];
  const sha256 = await hashFiles(files);
  const version = sha256.slice(0, 16);
  const kind = isFolder ? "uri_folder" : "uri_file";
  const id = below(workspace, `data/${name}/versions/${version}`);
  const found = await client.find(id, ML_API_VERSION, signal);
  if (found !== undefined) return { id: asString(found.id), sha256, kind, uri: asString(properties(found).dataUri) };
  const folder = `LocalUpload/${sha256}`;
  await uploadFiles(
    client.connection,
    { container: await datastoreContainer(workspace, "workspaceblobstore", signal), path: folder },
    files,
    signal,
  );
  const uri = `azureml:/${workspace.id}/datastores/workspaceblobstore/paths/${folder}${isFolder ? "/" : `/${basename(path)}`}`;
  const body = await client.put(
    id,
    ML_API_VERSION,
    { properties: { dataType: kind, dataUri: uri, properties: { sha256 } } },
    signal,
  );
  return { id: asString(body.id), sha256, kind, uri };
}

/**
 * Registers a folder of a datastore as a data version, whether anything is there yet or not, and gives its id.
 * @param uri `azureml://datastores/{datastore}/paths/{path}`
 * @throws QuaysideError `arm.data-elsewhere` when the version exists and is another place
 */
export async function registerFolder(
  workspace: Workspace,
  name: string,
  version: string,
  uri: string,
  signal?: AbortSignal,
): Promise<string> {
  const id = below(workspace, `data/${name}/versions/${version}`);
  const found = await workspace.client.find(id, ML_API_VERSION, signal);
  if (found === undefined) {
    const body = { properties: { dataType: "uri_folder", dataUri: uri } };
    return asString((await workspace.client.put(id, ML_API_VERSION, body, signal)).id);
  }
  const known = asString(properties(found).dataUri);
  // Azure ML answers the long form, with the workspace before the datastore.
  if (placeOf(known) !== placeOf(uri))
    throw new QuaysideError(`data asset ${name}:${version} is ${known}, not ${uri}; name another asset or version`, {
      code: "arm.data-elsewhere",
      fault: "user",
    });
  return asString(found.id);
}

const placeOf = (uri: string) => uri.slice(uri.indexOf("/datastores/")).replace(/\/+$/, "");

/** An inline environment becomes a version named by its content, as Azure ML's own clients do. */
export async function registerEnvironment(
  workspace: Workspace,
  name: string,
  definition: JsonObject,
  signal?: AbortSignal,
): Promise<string> {
  const version = createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 16);
  const id = below(workspace, `environments/${name}/versions/${version}`);
  const found = await workspace.client.find(id, ML_API_VERSION, signal);
  if (found !== undefined) return asString(found.id);
  return asString((await workspace.client.put(id, ML_API_VERSION, { properties: definition }, signal)).id);
}

/** The newest version of `environments`, `models` or `data`, or `undefined` when there is none. */
export async function latestVersion(
  workspace: Workspace,
  collection: string,
  name: string,
  signal?: AbortSignal,
): Promise<JsonObject | undefined> {
  const container = await workspace.client.find(below(workspace, `${collection}/${name}`), ML_API_VERSION, signal);
  const version = properties(container).latestVersion;
  if (typeof version !== "string" || version === "") return undefined;
  return workspace.client.find(below(workspace, `${collection}/${name}/versions/${version}`), ML_API_VERSION, signal);
}

async function listFiles(folder: string): Promise<LocalFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new QuaysideError(`folder ${folder} cannot be read`, { code: "files.not-found", fault: "user", cause });
  });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => ({ file, path: relative(folder, file).split(sep).join("/") }))
    // Dependencies belong to the environment, not to the code.
    .filter(({ path }) => !path.split("/").includes("node_modules"))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0)
    throw new QuaysideError(`folder ${folder} holds no files`, { code: "files.empty-folder", fault: "user" });
  return files;
}

async function hashFiles(files: readonly LocalFile[]): Promise<string> {
  const hash = createHash("sha256");
  for (const { path, file } of files) {
    const content = await readFile(file).catch((cause: unknown) => {
      throw new QuaysideError(`file ${file} cannot be read`, { code: "files.not-found", fault: "user", cause });
    });
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** Code assets are named by a GUID; taking it from the content makes the same code the same asset. */
function guidFrom(sha256: string): string {
  return [sha256.slice(0, 8), sha256.slice(8, 12), sha256.slice(12, 16), sha256.slice(16, 20), sha256.slice(20, 32)].join("-");
}
