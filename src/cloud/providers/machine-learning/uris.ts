import { ArmFault, type CloudHost, type Resource } from "../../contract.ts";
import { accountName, type BlobLocation } from "../../planes/blob/index.ts";
import { textAt } from "../common/body.ts";
import { ARTIFACT_CONTAINER } from "./workspace-setup.ts";

/** Where the files of a run are, logs and `./outputs` among them. */
export function runArtifacts(workspace: Resource, runId: string, path = ""): BlobLocation {
  const account = accountName(textAt(workspace.properties, "storageAccount") ?? "");
  return { account, container: ARTIFACT_CONTAINER, path: join(`ExperimentRun/dcid.${runId}`, path) };
}

export interface ResolvedUri {
  readonly location: BlobLocation;
  /** The datastore it goes through, whose credentials decide who reads and writes; absent for a blob's own URL. */
  readonly datastore?: Resource;
}

/**
 * Turns what Azure ML's bodies call a URI into a place in blob storage: `azureml://` with a datastore (long and short
 * form), a job's output, `runs:/`, an asset version's id, or the URL of a blob.
 * @throws ArmFault 400 `UserError` for other forms, 404 for datastores, jobs and assets that do not exist
 */
export function resolveUri(host: CloudHost, workspace: Resource, uri: string): ResolvedUri {
  const bare = uri.replace(/^azureml:\/?(?=\/subscriptions\/)/, "");
  const asset = /^\/subscriptions\/.*\/(data|models)\/[^/]+\/versions\/[^/]+$/i.exec(bare);
  if (asset !== null) return resolveAsset(host, workspace, bare, asset[1] ?? "");
  const stored = /^(?:azureml:\/\/|\/).*?\bdatastores\/([^/]+)\/(?:paths\/)?(.*)$/.exec(bare);
  if (stored !== null) return resolveDatastore(host, workspace, stored[1] ?? "", stored[2] ?? "", bare);
  const output = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/.exec(bare);
  if (output !== null) return resolveOutput(host, workspace, output[1] ?? "", output[2] ?? "", output[3] ?? "");
  const run = /^runs:\/+([^/]+)\/(.*)$/.exec(bare);
  if (run !== null) return { location: runArtifacts(workspace, run[1] ?? "", run[2] ?? "") };
  const blob = blobUrl(host, bare);
  if (blob !== undefined) return { location: blob };
  throw new ArmFault(400, "UserError", `the URI ${JSON.stringify(uri)} is not one that the embedded Azure can resolve`);
}

function resolveAsset(host: CloudHost, workspace: Resource, id: string, kind: string): ResolvedUri {
  const asset = host.resources.get(id);
  if (asset === undefined) throw new ArmFault(404, "UserError", `asset ${id} does not exist`);
  return resolveUri(host, workspace, textAt(asset.properties, kind.toLowerCase() === "data" ? "dataUri" : "modelUri") ?? "");
}

function resolveDatastore(host: CloudHost, workspace: Resource, name: string, path: string, uri: string): ResolvedUri {
  const home =
    /^(?:azureml:\/)?(\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/(?:providers\/[^/]+\/)?workspaces\/[^/]+)\//i.exec(uri)?.[1];
  if (home !== undefined && home.split("/").at(-1)?.toLowerCase() !== workspace.name.toLowerCase())
    throw new ArmFault(400, "UserError", `the URI ${uri} is in another workspace than ${workspace.name}`);
  const datastore = host.resources.get(`${workspace.id}/datastores/${name}`);
  if (datastore === undefined)
    throw new ArmFault(404, "UserError", `datastore ${name} does not exist in workspace ${workspace.name}`);
  const container = textAt(datastore.properties, "containerName");
  if (container === undefined)
    throw new ArmFault(400, "UserError", `datastore ${name} keeps files of a share, which the embedded Azure does not have`);
  return { location: { account: textAt(datastore.properties, "accountName") ?? "", container, path }, datastore };
}

function resolveOutput(host: CloudHost, workspace: Resource, jobName: string, output: string, path: string): ResolvedUri {
  const job = host.resources.get(`${workspace.id}/jobs/${jobName}`);
  if (job === undefined) throw new ArmFault(404, "UserError", `job ${jobName} does not exist in workspace ${workspace.name}`);
  // A job's default output is what it left in the run's artifacts.
  if (output === "artifacts" || output === "default") return { location: runArtifacts(workspace, jobName, path) };
  const uri = textAt(job.properties, `outputs.${output}.uri`);
  if (uri === undefined) throw new ArmFault(404, "UserError", `job ${jobName} has no output ${output}`);
  const resolved = resolveUri(host, workspace, uri);
  return { ...resolved, location: { ...resolved.location, path: join(resolved.location.path, path) } };
}

function blobUrl(host: CloudHost, uri: string): BlobLocation | undefined {
  if (!URL.canParse(uri)) return undefined;
  const url = new URL(uri);
  const suffix = `.blob.${host.endpoints.storageSuffix}`;
  if (url.protocol !== "https:" || !url.hostname.endsWith(suffix)) return undefined;
  const [container = "", ...rest] = decodeURIComponent(url.pathname).slice(1).split("/");
  return { account: url.hostname.slice(0, -suffix.length), container, path: rest.join("/") };
}

function join(base: string, path: string): string {
  return path === "" ? base : `${base.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
}
