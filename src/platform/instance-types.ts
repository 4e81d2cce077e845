import { ML_POOLS } from "./pools.ts";

/** Where a job or model runs on the cluster and how much it gets. */
export type InstanceType = {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly resources: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };
};

/** Sized for nodes of 4 vCPUs and 14 GiB, of which Kubernetes and the extension leave about 3 vCPUs and 10 GiB. */
export const CPU_INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = {
  defaultinstancetype: {
    nodeSelector: ML_POOLS.mlpool.labels,
    resources: { requests: { cpu: "500m", memory: "1Gi" }, limits: { cpu: "2", memory: "4Gi" } },
  },
  large: {
    nodeSelector: ML_POOLS.mlpool.labels,
    resources: { requests: { cpu: "2", memory: "6Gi" }, limits: { cpu: "3", memory: "10Gi" } },
  },
};

/** For jobs that can start again: Azure takes spot nodes back at half a minute's notice. */
export const SPOT_INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = {
  spot: {
    nodeSelector: ML_POOLS.spotpool.labels,
    resources: { requests: { cpu: "2", memory: "6Gi" }, limits: { cpu: "3", memory: "10Gi" } },
  },
};

export const GPU_INSTANCE_TYPES: Readonly<Record<string, InstanceType>> = {
  gpu: {
    nodeSelector: ML_POOLS.gpupool.labels,
    resources: { requests: { cpu: "2", memory: "12Gi" }, limits: { cpu: "3", memory: "20Gi", "nvidia.com/gpu": "1" } },
  },
};
