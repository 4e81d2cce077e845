import type { Readable } from "node:stream";
import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost, Principal, Resource } from "../../contract.ts";
import { textAt } from "../../providers/common/body.ts";
import { requireFileAccess } from "../../providers/machine-learning/jobs/identity.ts";
import { resolveUri, runArtifacts } from "../../providers/machine-learning/uris.ts";
import { workspacePrincipal } from "../../providers/machine-learning/workspace-of.ts";
import { type BlobAccess, type BlobLocation, createBlobAccess } from "../blob/index.ts";
import { invalid, MlflowFault, missing } from "./fault.ts";
import { findModelVersion } from "./registry.ts";
import { getRun } from "./runs.ts";

/** `{experiment}/{run}/artifacts/{path}`: what follows `mlflow-artifacts:/` in a run's artifact URI. */
const OF_RUN = /^[^/]+\/([^/]+)\/artifacts(?:\/(.*))?$/;
/** `models/{name}/{version}/{path}`: how the files of a registered model are read. */
const OF_MODEL = /^models\/([^/]+)\/([^/]+)(?:\/(.*))?$/;

/** A workspace without an identity has no roles. */
const NOBODY: Principal = { objectId: "", kind: "managedIdentity", displayName: "the workspace" };

export interface ArtifactPlace {
  readonly location: BlobLocation;
  /** Files of a registered model never change. */
  readonly readOnly: boolean;
}

/** Where the server keeps what a client addresses below `mlflow-artifacts/artifacts/`. */
export function artifactPlace(host: CloudHost, workspace: Resource, path: string): ArtifactPlace {
  if (path.split("/").some((segment) => segment === ".."))
    throw invalid(`artifact path ${JSON.stringify(path)} leads out of its folder`);
  const [, run, inRun = ""] = OF_RUN.exec(path) ?? [];
  if (run !== undefined) {
    getRun(host, workspace, run);
    return { location: runArtifacts(workspace, run, inRun), readOnly: false };
  }
  const [, name, version = "", inModel = ""] = OF_MODEL.exec(path) ?? [];
  if (name === undefined) throw invalid(`artifact path ${JSON.stringify(path)} must start with {experiment}/{run}/artifacts`);
  const uri = textAt(findModelVersion(host, workspace, name, version).properties, "modelUri") ?? "";
  const resolved = resolveUri(host, workspace, uri);
  requireFileAccess(host, workspace, workspacePrincipal(host, workspace) ?? NOBODY, resolved);
  const { location: root } = resolved;
  return { location: { ...root, path: [root.path, inModel].filter((part) => part !== "").join("/") }, readOnly: true };
}

export interface ArtifactEntry extends JsonObject {
  readonly path: string;
  readonly is_dir: boolean;
  /** Bytes; files only. */
  readonly file_size?: number;
}

/** One level of files and folders, by name; `prefix` goes before each path. */
export async function listArtifacts(host: CloudHost, location: BlobLocation, prefix: string): Promise<ArtifactEntry[]> {
  const files: ArtifactEntry[] = [];
  const folders = new Set<string>();
  const base = location.path.replace(/\/+$/, "");
  for (const { path, bytes } of await createBlobAccess(host).list(location)) {
    const [name = "", ...deeper] = path.split("/");
    if (deeper.length > 0) folders.add(name);
    // Listing a file gives the file itself; MLflow expects an empty folder then.
    else if (!base.endsWith(`/${name}`) || !(await createBlobAccess(host).exists({ ...location, path: base })))
      files.push({ path: prefix + name, is_dir: false, file_size: bytes });
  }
  const all = [...files, ...[...folders].map((name): ArtifactEntry => ({ path: prefix + name, is_dir: true }))];
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

export async function readArtifact(host: CloudHost, { location }: ArtifactPlace): Promise<Readable> {
  const access = createBlobAccess(host);
  if (location.path === "" || !(await access.exists(location))) throw missing(`artifact ${location.path}`);
  return await access.openRead(location);
}

export async function writeArtifact(
  host: CloudHost,
  place: ArtifactPlace,
  body: Readable,
  contentType: string | undefined,
): Promise<void> {
  const access = writable(host, place);
  await access.ensureContainer(place.location.account, place.location.container);
  await access.write(place.location, body, contentType);
}

/** Deletes a file, or a folder with everything in it. */
export async function removeArtifact(host: CloudHost, place: ArtifactPlace): Promise<void> {
  const access = writable(host, place);
  if (await access.exists(place.location)) return await access.remove(place.location);
  const base = place.location.path.replace(/\/+$/, "");
  for (const { path } of await access.list(place.location)) await access.remove({ ...place.location, path: `${base}/${path}` });
}

function writable(host: CloudHost, { readOnly }: ArtifactPlace): BlobAccess {
  if (readOnly) throw new MlflowFault("PERMISSION_DENIED", "the files of a registered model cannot change");
  return createBlobAccess(host);
}
