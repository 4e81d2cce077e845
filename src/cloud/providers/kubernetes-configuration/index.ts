import type { CloudHost, ProviderFactory, TypeSpec } from "../../contract.ts";
import { unsupported } from "../common/faults.ts";
import { extensions } from "./extensions.ts";

export const createKubernetesConfiguration: ProviderFactory = (host: CloudHost) => ({
  namespace: "Microsoft.KubernetesConfiguration",
  types: [extensions(host), fluxConfigurations],
});

/** Known by name, so that a client reads why it is refused; none can exist. */
const fluxConfigurations: TypeSpec = {
  type: "fluxConfigurations",
  apiVersions: ["2025-04-01", "2024-11-01", "2023-05-01"],
  location: "inherited",
  extension: true,
  name: { pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, words: "1 to 63 lower-case letters, digits and hyphens" },
  status: { created: 201, updated: 200, deleted: 202 },
  admit() {
    throw unsupported("fluxConfigurations");
  },
};
