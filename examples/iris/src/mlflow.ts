/** Logs a run over MLflow's REST API, with what Azure ML gives every job in its environment. */
export interface MlflowRun {
  /** Numbers become metrics of step 0; at most 1000 and 100 parameters, as the API allows in one call. */
  log(parameters: Readonly<Record<string, string | number>>, metrics: Readonly<Record<string, number>>): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `undefined` when the process does not run as a tracked job. */
export function currentRun(environment: Environment, request: typeof fetch = fetch): MlflowRun | undefined {
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_RUN_ID: runId, MLFLOW_TRACKING_TOKEN: token } = environment;
  if (uri === undefined || uri === "") return undefined;
  if (runId === undefined || runId === "")
    throw new Error("mlflow: MLFLOW_TRACKING_URI is set but MLFLOW_RUN_ID is not; both come from the job");
  // `azureml://` is the scheme of Azure ML's plug-in for MLflow's Python client; the server behind it speaks HTTPS.
  const base = uri.replace(/^azureml:\/\//, "https://").replace(/\/+$/, "");
  return {
    async log(parameters, metrics) {
      const timestamp = Date.now();
      const response = await request(`${base}/api/2.0/mlflow/runs/log-batch`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({
          run_id: runId,
          params: Object.entries(parameters).map(([key, value]) => ({ key, value: String(value) })),
          metrics: Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp, step: 0 })),
        }),
      });
      if (!response.ok)
        throw new Error(`mlflow: the tracking server answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    },
  };
}
