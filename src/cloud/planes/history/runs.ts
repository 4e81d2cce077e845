import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type CloudHost, type Resource } from "../../contract.ts";
import { objectAt, textAt } from "../../providers/common/body.ts";
import { lastName, resourceGroupOf } from "../../providers/common/ids.ts";
import { statusOf } from "../../providers/machine-learning/jobs/job-status.ts";
import { type JobRecord, readRecord } from "../../providers/machine-learning/jobs/record.ts";
import { resolveUri, runArtifacts } from "../../providers/machine-learning/uris.ts";
import { workspacePrincipalId } from "../../providers/machine-learning/workspace-of.ts";
import type { BlobAccess } from "../blob/index.ts";

const LOG_LIFETIME_MINUTES = 60;

/** What clients poll while they stream a job: status, error, and addresses of the logs that open without a token. */
export async function runDetails(host: CloudHost, blobs: BlobAccess, workspace: Resource, runId: string): Promise<JsonObject> {
  const { job, record } = jobOf(host, workspace, runId);
  const signer = { objectId: workspacePrincipalId(workspace) ?? "" };
  const sas = { permissions: "r", lifetimeMinutes: LOG_LIFETIME_MINUTES, signer };
  const logFiles: JsonObject = {};
  for (const file of record.logs) logFiles[file] = await blobs.sasUrl(runArtifacts(workspace, runId, file), sas);
  return { ...summary(host, job, record), inputDatasets: [], outputDatasets: [], warnings: [], logFiles };
}

export function runOf(host: CloudHost, workspace: Resource, runId: string): JsonObject {
  const { job, record } = jobOf(host, workspace, runId);
  return summary(host, job, record);
}

/** The outputs of an ended run as assets, for clients that download them. */
export function runData(host: CloudHost, workspace: Resource, runId: string): JsonObject {
  const { job, record } = jobOf(host, workspace, runId);
  const outputs = Object.entries(objectAt(job.properties, "outputs")).map(([name, output]) => [
    name,
    { assetId: longUri(workspace, textAt(output, "uri") ?? ""), type: textAt(output, "jobOutputType") ?? "uri_folder" },
  ]);
  return { runMetadata: { ...summary(host, job, record), outputs: Object.fromEntries(outputs) as JsonObject } };
}

/** Where assets are and what they are, for clients that download what `runData` named. */
export function resolvedUris(host: CloudHost, workspace: Resource, assetIds: readonly string[]): JsonObject {
  const values = assetIds.map((assetId) => {
    const data = host.resources.get(assetId.replace(/^azureml:\/?(?=\/subscriptions\/)/, ""));
    if (data === undefined) resolveUri(host, workspace, assetId);
    const uri = textAt(data?.properties, "dataUri") ?? textAt(data?.properties, "modelUri") ?? assetId;
    return [assetId, { uri: longUri(workspace, uri), type: textAt(data?.properties, "dataType") ?? "uri_folder" }];
  });
  return { values: Object.fromEntries(values) as JsonObject };
}

/** The form of a datastore URI that names its workspace: the only one that these clients read. */
function longUri({ id, name }: Resource, uri: string): string {
  const { subscriptionId, name: group } = resourceGroupOf(id);
  return uri.replace(
    /^azureml:\/\/datastores\//,
    `azureml://subscriptions/${subscriptionId}/resourcegroups/${group}/workspaces/${name}/datastores/`,
  );
}

function jobOf(host: CloudHost, workspace: Resource, runId: string): { readonly job: Resource; readonly record: JobRecord } {
  const job = host.resources.get(`${workspace.id}/jobs/${runId}`);
  const record = job === undefined ? undefined : readRecord(host, job.id);
  if (job === undefined || record === undefined)
    throw new ArmFault(404, "UserError", `run ${runId} does not exist in workspace ${workspace.name}`);
  return { job, record };
}

function summary(host: CloudHost, job: Resource, record: JobRecord): JsonObject {
  const submitter = host.principals.byObjectId(record.submittedBy);
  return {
    runId: job.name,
    runUuid: job.name,
    displayName: textAt(job.properties, "displayName") ?? job.name,
    status: statusOf(job),
    target: lastName(textAt(job.properties, "computeId") ?? ""),
    createdUtc: record.createdAt,
    startTimeUtc: record.startedAt ?? null,
    endTimeUtc: record.endedAt ?? null,
    submittedBy: submitter?.displayName ?? "",
    properties: { exitCode: record.exitCode === undefined ? null : String(record.exitCode) },
    ...(record.error === undefined ? {} : { error: { error: { ...record.error, messageParameters: {}, details: [] } } }),
  };
}
