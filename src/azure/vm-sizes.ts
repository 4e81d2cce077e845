/**
 * The virtual machine sizes that the platform's pools are built from. Facts from Microsoft's size pages; Azure offers
 * hundreds more, so a size that is missing here is unknown to Quayside, not to Azure.
 */
export interface VmSize {
  readonly vCpus: number;
  readonly memoryGiB: number;
  /** The quota family, as `Microsoft.Compute/locations/usages` names it. */
  readonly family: string;
  readonly gpus: number;
  readonly gpuModel?: string;
  /** The largest ephemeral OS disk: the bigger of cache and temporary disk; 0 when the size has neither. */
  readonly ephemeralDiskGiB: number;
  /** CPU credits: fine for a bastion, not for a node pool. */
  readonly burstable?: boolean;
  /** Azure ML starts no low-priority nodes of it. */
  readonly dedicatedOnly?: boolean;
}

const size = (vCpus: number, memoryGiB: number, family: string, ephemeralDiskGiB: number): VmSize => ({
  vCpus,
  memoryGiB,
  family,
  gpus: 0,
  ephemeralDiskGiB,
});
const gpu = (gpuModel: string, gpus: number, base: VmSize): VmSize => ({ ...base, gpus, gpuModel });

export const VM_SIZES: Readonly<Record<string, VmSize>> = {
  Standard_B2s: { ...size(2, 4, "standardBSFamily", 0), burstable: true },
  Standard_B4ms: { ...size(4, 16, "standardBSFamily", 0), burstable: true },

  Standard_DS2_v2: size(2, 7, "standardDSv2Family", 86),
  Standard_DS3_v2: size(4, 14, "standardDSv2Family", 172),
  Standard_DS4_v2: size(8, 28, "standardDSv2Family", 344),
  Standard_DS5_v2: size(16, 56, "standardDSv2Family", 688),

  Standard_D2s_v3: size(2, 8, "standardDSv3Family", 50),
  Standard_D4s_v3: size(4, 16, "standardDSv3Family", 100),
  Standard_D8s_v3: size(8, 32, "standardDSv3Family", 200),

  Standard_D4s_v5: size(4, 16, "standardDSv5Family", 0),
  Standard_D8s_v5: size(8, 32, "standardDSv5Family", 0),
  Standard_D2ds_v5: size(2, 8, "standardDDSv5Family", 75),
  Standard_D4ds_v5: size(4, 16, "standardDDSv5Family", 150),
  Standard_D8ds_v5: size(8, 32, "standardDDSv5Family", 300),
  Standard_D16ds_v5: size(16, 64, "standardDDSv5Family", 600),
  Standard_D4ds_v6: size(4, 16, "standardDdsv6Family", 220),
  Standard_D8ds_v6: size(8, 32, "standardDdsv6Family", 440),

  Standard_E4s_v3: size(4, 32, "standardESv3Family", 100),
  Standard_E4ds_v5: size(4, 32, "standardEDSv5Family", 150),
  Standard_E8ds_v5: size(8, 64, "standardEDSv5Family", 300),

  Standard_F4s_v2: size(4, 8, "standardFSv2Family", 64),
  Standard_F8s_v2: size(8, 16, "standardFSv2Family", 128),

  Standard_NC4as_T4_v3: gpu("NVIDIA T4", 1, size(4, 28, "Standard NCASv3_T4 Family", 176)),
  Standard_NC8as_T4_v3: gpu("NVIDIA T4", 1, size(8, 56, "Standard NCASv3_T4 Family", 352)),
  Standard_NC16as_T4_v3: gpu("NVIDIA T4", 1, size(16, 110, "Standard NCASv3_T4 Family", 352)),
  Standard_NC64as_T4_v3: gpu("NVIDIA T4", 4, size(64, 440, "Standard NCASv3_T4 Family", 2816)),
  Standard_NC24ads_A100_v4: gpu("NVIDIA A100", 1, size(24, 220, "StandardNCADSA100v4Family", 64)),
  Standard_NC48ads_A100_v4: gpu("NVIDIA A100", 2, size(48, 440, "StandardNCADSA100v4Family", 128)),
  Standard_NC40ads_H100_v5: {
    ...gpu("NVIDIA H100", 1, size(40, 320, "StandardNCadsH100v5Family", 128)),
    dedicatedOnly: true,
  },
};

const BY_LOWER_NAME = new Map(Object.entries(VM_SIZES).map(([name, vmSize]) => [name.toLowerCase(), vmSize]));

/** Azure compares size names without regard to case. */
export function vmSize(name: string): VmSize | undefined {
  return BY_LOWER_NAME.get(name.toLowerCase());
}
