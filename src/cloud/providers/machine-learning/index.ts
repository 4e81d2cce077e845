import type { CloudHost, ProviderFactory, ProviderModule } from "../../contract.ts";
import { createBlobPlane } from "../../planes/blob/index.ts";
import { createHistoryPlane } from "../../planes/history/index.ts";
import { createMlflow } from "../../planes/mlflow/index.ts";
import { assetTypes } from "./assets/index.ts";
import { computes } from "./computes.ts";
import { datastores } from "./datastores.ts";
import { createEndpoints } from "./endpoints/index.ts";
import { createJobs } from "./jobs/index.ts";
import { mlQuotaControls, mlUsages } from "./quotas.ts";
import { registries, sharedAssets } from "./registries.ts";
import { schedules } from "./schedules/index.ts";
import { NAMESPACE } from "./versions.ts";
import { mlVmSizes } from "./vm-sizes.ts";
import { workspaces } from "./workspaces.ts";

/** Azure Machine Learning: its resources, and the planes that its clients use beside ARM. */
export const createMachineLearning: ProviderFactory = (host: CloudHost): ProviderModule => {
  const blobs = createBlobPlane(host);
  const jobs = createJobs(host);
  const endpoints: Partial<ProviderModule> = createEndpoints(host);
  const mlflow: Partial<ProviderModule> = createMlflow(host);
  return {
    namespace: NAMESPACE,
    types: [
      workspaces(host),
      registries(host),
      ...sharedAssets,
      computes(host, () => jobs.retry()),
      datastores(host),
      schedules(host),
      ...assetTypes(host),
      jobs.type,
      ...(endpoints.types ?? []),
      ...(mlflow.types ?? []),
    ],
    actions: [mlUsages(host), mlVmSizes, ...(endpoints.actions ?? []), ...(mlflow.actions ?? [])],
    planes: [blobs, createHistoryPlane(host), ...(endpoints.planes ?? []), ...(mlflow.planes ?? [])],
    controls: mlQuotaControls(host, () => jobs.retry()),
    async start() {
      await jobs.start();
      await endpoints.start?.();
      await mlflow.start?.();
    },
    // The blob plane goes last: what ends before it may still write.
    async stop() {
      await Promise.all([jobs.stop(), endpoints.stop?.(), mlflow.stop?.()]);
      await blobs.stop();
    },
  };
};
