import { NAME_RULES } from "../../../azure/index.ts";
import type { ProviderFactory } from "../../contract.ts";
import { createRegistryPlane } from "../../planes/registry/index.ts";
import { checkNameAvailability } from "../common/global-name.ts";
import { REGISTRY_TYPE, registries } from "./registries.ts";
import { replications } from "./replications.ts";

export const createContainerRegistry: ProviderFactory = (host) => {
  const images = createRegistryPlane(host);
  return {
    namespace: "Microsoft.ContainerRegistry",
    types: [registries(host, (name) => images.forget(name)), replications(host)],
    actions: [checkNameAvailability({ host, type: REGISTRY_TYPE, rule: NAME_RULES[REGISTRY_TYPE], invalid: "Invalid" })],
    planes: [images],
    start: () => images.start(host.resources.ofType(REGISTRY_TYPE)),
  };
};
