const PROXIED = /^mlflow-artifacts:\/(?:\/[^/]*\/)?[^/]+\/([^/]+)\/artifacts\/(.+)$/;
const AZURE_RUN = /^azureml:\/\/.*\/experiments\/[^/]+\/runs\/([^/]+)\/artifacts\/(.+)$/i;
const MODEL = /^mlflow-artifacts:\/(?:\/[^/]*\/)?models\/([^/]+)\/([^/]+)$/;

/** The URI under which Azure ML stores what a client names as the source of a model version. */
export function assetUri(source: string): string {
  const [, runId, path] = PROXIED.exec(source) ?? AZURE_RUN.exec(source) ?? [];
  if (runId !== undefined && path !== undefined && !MODEL.test(source)) return `runs:/${runId}/${path}`;
  return source;
}
