import { dirname } from "node:path";
import type { CloudHost, Resource } from "../../../contract.ts";
import { objectAt, textAt } from "../../common/body.ts";
import { lastName, resourceGroupOf } from "../../common/ids.ts";

/** All that a job inherits from the machine it is rehearsed on. */
const INHERITED = ["HOME", "LANG", "TMPDIR"];

export interface JobEnvironment {
  readonly host: CloudHost;
  readonly job: Resource;
  readonly workspace: Resource;
  readonly experimentId: string;
  /** A bearer token for the tracking server; it is nowhere but here. */
  readonly trackingToken: string;
  /** Local paths of inputs and outputs by name; literals by their value. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** What a job's process sees of Azure ML, and nothing of this machine beyond `INHERITED`. The job's own variables win. */
export function jobEnvironment(job: JobEnvironment): Record<string, string> {
  const { host, workspace } = job;
  const { caFile, proxy } = host.runtime;
  const name = job.job.name;
  const group = resourceGroupOf(workspace.id);
  const experiment = textAt(job.job.properties, "experimentName") ?? "Default";
  const own = Object.entries(objectAt(job.job.properties, "environmentVariables"));
  const inherited = INHERITED.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]]));
  const numbered = (prefix: string, paths: Readonly<Record<string, string>>) =>
    Object.entries(paths).map(([key, path]) => [`${prefix}${key}`, path]);
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...Object.fromEntries(inherited),
    MLFLOW_TRACKING_URI: `${host.endpoints.arm}/mlflow/v1.0${workspace.id}`,
    MLFLOW_TRACKING_TOKEN: job.trackingToken,
    MLFLOW_RUN_ID: name,
    MLFLOW_EXPERIMENT_ID: job.experimentId,
    MLFLOW_EXPERIMENT_NAME: experiment,
    AZUREML_RUN_ID: name,
    AZUREML_EXPERIMENT_ID: job.experimentId,
    AZUREML_ARM_SUBSCRIPTION: group.subscriptionId,
    AZUREML_ARM_RESOURCEGROUP: group.name,
    AZUREML_ARM_WORKSPACE_NAME: workspace.name,
    AZUREML_ARM_PROJECT_NAME: experiment,
    AZUREML_WORKSPACE_ID: textAt(workspace.properties, "workspaceId") ?? "",
    AZUREML_WORKSPACE_SCOPE: workspace.id,
    AZUREML_SERVICE_ENDPOINT: host.endpoints.arm,
    AZUREML_DISCOVERY_SERVICE_ENDPOINT: `${host.endpoints.arm}/discovery`,
    AZUREML_CR_AZUREML_CONTEXT: "1",
    AZUREML_CR_COMPUTE_CONTEXT: lastName(textAt(job.job.properties, "computeId") ?? ""),
    // The rehearsal's own certificate authority and its proxy, the only way to the blob hosts.
    NODE_EXTRA_CA_CERTS: caFile,
    SSL_CERT_FILE: caFile,
    REQUESTS_CA_BUNDLE: caFile,
    HTTPS_PROXY: proxy,
    NO_PROXY: "localhost,127.0.0.1",
    NODE_USE_ENV_PROXY: "1",
    ...Object.fromEntries(numbered("AZURE_ML_INPUT_", job.inputs)),
    ...Object.fromEntries(numbered("AZURE_ML_OUTPUT_", job.outputs)),
    ...Object.fromEntries(numbered("AZUREML_DATAREFERENCE_", { ...job.inputs, ...job.outputs })),
    ...Object.fromEntries(own.flatMap(([key, value]) => (typeof value === "string" ? [[key, value]] : []))),
  };
}
