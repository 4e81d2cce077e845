export { latestVersion, registerEnvironment, type Uploaded, uploadCode, uploadData } from "./assets.ts";
export { type BlobPlace, downloadBlob, resolveUri } from "./blobs.ts";
export { type Documents, type Lease, openDocuments } from "./documents.ts";
export {
  deleteDeployment,
  deleteEndpoint,
  deploymentLogs,
  type Endpoint,
  type EndpointDeployment,
  endpointKey,
  findDeployment,
  findEndpoint,
  listDeployments,
  listEndpoints,
  putDeployment,
  putEndpoint,
  setTraffic,
  type Traffic,
} from "./endpoints.ts";
export {
  cancelJob,
  type JobResult,
  jobLog,
  jobOutput,
  type RunRecord,
  readRun,
  type StreamOptions,
  streamJob,
  submitJob,
} from "./jobs.ts";
export { findModel, listModelVersions, type ModelVersion, registerModel, tagModel } from "./models.ts";
export { below, ML_API_VERSION, openWorkspace, type Workspace } from "./workspace.ts";
