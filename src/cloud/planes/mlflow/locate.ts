import { isObject } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import type { BlobLocation } from "../blob/index.ts";

const DATASTORE = /^azureml:\/\/(?:subscriptions\/.+\/)?datastores\/([^/]+)\/paths\/(.*)$/i;
const JOB_OUTPUT = /^azureml:\/\/(?:subscriptions\/.+\/)?jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths\/(.*))?$/i;
const RUN = /^runs:\/([^/]+)\/(.*)$/;
const PROXIED = /^mlflow-artifacts:\/(?:\/[^/]*\/)?([^/]+)\/([^/]+)\/artifacts(?:\/(.*))?$/;
const RUN_ARTIFACTS = /^azureml:\/\/.*\/experiments\/[^/]+\/runs\/([^/]+)\/artifacts(?:\/(.*))?$/i;
/** Where Azure ML keeps what runs leave behind. */
const ARTIFACT_STORE = "workspaceartifactstore";

/** Where a URI of a workspace's asset leads; `undefined` when it is not one that the workspace can follow. */
export function locate(
  host: Pick<CloudHost, "resources" | "endpoints">,
  workspace: Resource,
  uri: string,
): BlobLocation | undefined {
  const [, datastore, inDatastore = ""] = DATASTORE.exec(uri) ?? [];
  if (datastore !== undefined) return datastoreLocation(host, workspace, datastore, inDatastore);
  const [, job, output = "", inOutput = ""] = JOB_OUTPUT.exec(uri) ?? [];
  if (job !== undefined) return jobOutputLocation(host, workspace, job, output, inOutput);
  const [, run, inRun = ""] = RUN.exec(uri) ?? RUN_ARTIFACTS.exec(uri) ?? [];
  if (run !== undefined) return runLocation(host, workspace, run, inRun);
  const [, , proxiedRun, inProxied = ""] = PROXIED.exec(uri) ?? [];
  if (proxiedRun !== undefined) return runLocation(host, workspace, proxiedRun, inProxied);
  return blobLocation(host, uri);
}

/** The artifacts of a run: the same blobs that Azure ML's own clients read. */
export function runLocation(
  host: Pick<CloudHost, "resources">,
  workspace: Resource,
  runId: string,
  path: string,
): BlobLocation | undefined {
  return datastoreLocation(host, workspace, ARTIFACT_STORE, joined(`ExperimentRun/dcid.${runId}`, path));
}

/** The same place as an asset's URI. */
export function runArtifactUri(runId: string, path: string): string {
  return `azureml://datastores/${ARTIFACT_STORE}/paths/${joined(`ExperimentRun/dcid.${runId}`, path)}`;
}

function datastoreLocation(
  host: Pick<CloudHost, "resources">,
  workspace: Resource,
  name: string,
  path: string,
): BlobLocation | undefined {
  const datastore = host.resources.get(`${workspace.id}/datastores/${name}`);
  const { accountName, containerName } = datastore?.properties ?? {};
  if (typeof accountName !== "string" || typeof containerName !== "string") return undefined;
  return { account: accountName, container: containerName, path };
}

function jobOutputLocation(
  host: Pick<CloudHost, "resources" | "endpoints">,
  workspace: Resource,
  job: string,
  output: string,
  path: string,
): BlobLocation | undefined {
  const outputs = host.resources.get(`${workspace.id}/jobs/${job}`)?.properties.outputs;
  const found = isObject(outputs) ? outputs[output] : undefined;
  const uri = isObject(found) ? found.uri : undefined;
  if (typeof uri !== "string" || JOB_OUTPUT.test(uri)) return undefined;
  const at = locate(host, workspace, uri);
  return at && { ...at, path: joined(at.path, path) };
}

function blobLocation(host: Pick<CloudHost, "endpoints">, uri: string): BlobLocation | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, hostname, pathname } = new URL(uri);
  const suffix = `.blob.${host.endpoints.storageSuffix}`;
  if (protocol !== "https:" || !hostname.endsWith(suffix)) return undefined;
  const [, container = "", ...rest] = pathname.split("/");
  return { account: hostname.slice(0, -suffix.length), container, path: decodeURIComponent(rest.join("/")) };
}

function joined(folder: string, path: string): string {
  return [folder, path]
    .map((part) => part.replace(/^\/+|\/+$/g, ""))
    .filter((part) => part !== "")
    .join("/");
}
