import { normalizeLocation, REGIONS, VM_SIZES, type VmSize } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import { ArmFault, type NamespaceAction } from "../../contract.ts";
import { NAMESPACE } from "./versions.ts";

/** `az ml compute list-sizes`: what training clusters can be of. Azure ML has no burstable nodes. */
export const mlVmSizes: NamespaceAction = {
  method: "GET",
  path: "locations/{location}/vmSizes",
  permission: "locations/vmSizes/read",
  run({ params }) {
    const location = params.location ?? "";
    if (REGIONS[normalizeLocation(location)] === undefined)
      throw new ArmFault(
        400,
        "NoRegisteredProviderFound",
        `no registered resource provider found for location '${location}' of ${NAMESPACE}`,
      );
    return { status: 200, body: { value: trainingSizes().map(([name, size]) => shown(name, size)) } };
  },
};

export function trainingSizes(): [string, VmSize][] {
  return Object.entries(VM_SIZES).filter(([, { burstable }]) => burstable !== true);
}

function shown(name: string, size: VmSize): JsonObject {
  return {
    name,
    family: size.family,
    vCPUs: size.vCpus,
    gpus: size.gpus,
    memoryGB: size.memoryGiB,
    osVhdSizeMB: 1_047_552,
    lowPriorityCapable: size.dedicatedOnly !== true,
    premiumIO: true,
    supportedComputeTypes: ["AmlCompute", "ComputeInstance"],
  };
}
