import type { JsonObject } from "../../../base/index.ts";
import type { CloudHost } from "../../contract.ts";

/** Service names that Azure ML's clients look up; `api` is the one that all newer ones use. */
const SERVICES = [
  "api",
  "catalog",
  "experimentation",
  "gallery",
  "history",
  "hyperdrive",
  "labeling",
  "modelmanagement",
  "pipelines",
  "studio",
];

/** Anonymous on Azure too: it tells nothing but addresses. */
export function discovery(host: CloudHost): JsonObject {
  return Object.fromEntries(
    SERVICES.map((service) => [service, service === "studio" ? "https://ml.azure.com" : host.endpoints.arm]),
  );
}
