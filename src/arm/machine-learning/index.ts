export { latestVersion, registerEnvironment, registerFolder, type Uploaded, uploadCode, uploadData } from "./assets.ts";
export { type BlobPlace, downloadBlob, resolveUri } from "./blobs.ts";
export { type TrainingNodes, trainingNodes } from "./computes.ts";
export { type Documents, type Lease, openDocuments } from "./documents.ts";
export {
  deleteDeployment,
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
  type Tags,
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
export { findModel, type ModelVersion, registerModel } from "./models.ts";
export { deleteSchedule, findSchedule, putSchedule, type Schedule } from "./schedules.ts";
export { openStoredFiles, type StoredFiles } from "./stored-files.ts";
export { below, openWorkspace, type Workspace } from "./workspace.ts";
