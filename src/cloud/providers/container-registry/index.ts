import { NAME_RULES } from "../../../azure/index.ts";
import type { ProviderFactory } from "../../contract.ts";
import { checkNameAvailability } from "../common/global-name.ts";
import { REGISTRY_TYPE, registries } from "./registries.ts";
import { replications } from "./replications.ts";

export const createContainerRegistry: ProviderFactory = (host) => ({
  namespace: "Microsoft.ContainerRegistry",
  types: [registries(host), replications(host)],
  actions: [checkNameAvailability({ host, type: REGISTRY_TYPE, rule: NAME_RULES[REGISTRY_TYPE], invalid: "Invalid" })],
});
