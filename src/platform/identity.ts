import type { ProgramBuilder, ResourceHandle } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

/** One identity for each actor, so that each gets only its own roles. */
const IDENTITIES = {
  controlPlane: {
    name: "id-aks-control-plane",
    comment: "The cluster acts as this identity: it joins nodes to the subnet and assigns the kubelet identity.",
  },
  kubelet: { name: "id-aks-kubelet", comment: "The nodes act as this identity: they pull images." },
  training: { name: "id-ml-training", comment: "Training jobs act as this identity." },
  endpoint: { name: "id-ml-endpoint", comment: "Online endpoints act as this identity: they fetch models and images." },
} as const;

export type Identities = Record<keyof typeof IDENTITIES, ResourceHandle>;

export function declareIdentities(program: ProgramBuilder, settings: Settings): Identities {
  const declare = (actor: keyof typeof IDENTITIES) =>
    program.resource(`${actor}Identity`, {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30",
      concern: "identity",
      name: IDENTITIES[actor].name,
      body: { location: settings.location, tags: settings.resourceTags },
      comment: IDENTITIES[actor].comment,
    });
  return {
    controlPlane: declare("controlPlane"),
    kubelet: declare("kubelet"),
    training: declare("training"),
    endpoint: declare("endpoint"),
  };
}
