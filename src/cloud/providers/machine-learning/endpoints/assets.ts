import { isObject } from "../../../../base/index.ts";
import type { CloudHost, Resource } from "../../../contract.ts";
import { badArgument, notFound, notRehearsed } from "./faults.ts";

/** `{workspace}/{collection}/{name}/versions/{version}` with an optional `azureml:` before it. */
const VERSION = /\/(models|environments)\/([^/]+)\/versions\/([^/]+)$/i;
/** Quayside's own server, in whatever registry it was pushed to. */
const SERVER_IMAGE = /(?:^|\/)quayside-serve(?::[\w][\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/;
/** What the server answers scoring requests on; the router rewrites to it. */
const SCORING_ROUTE = "/score";

export interface Asset {
  readonly resource: Resource;
  readonly name: string;
  readonly version: string;
}

/** A model or environment version that a deployment names. */
export function assetVersion(
  host: Pick<CloudHost, "resources">,
  id: unknown,
  at: string,
  collection: "models" | "environments",
): Asset {
  if (typeof id !== "string") throw badArgument(`${at} must be the id of a version below ${collection}`, at);
  if (id.startsWith("azureml://registries/")) throw notRehearsed(`${at} in a registry of Azure ML`);
  const match = VERSION.exec(id);
  const [, kind = "", name = "", version = ""] = match ?? [];
  if (match === null || kind.toLowerCase() !== collection)
    throw badArgument(`${at} is ${JSON.stringify(id)}; it must end in /${collection}/{name}/versions/{version}`, at);
  const resource = host.resources.get(id.replace(/^azureml:/, ""));
  if (resource === undefined) throw notFound(`${at}: ${name} version ${version} was not found`, at);
  return { resource, name, version };
}

export interface ServingEnvironment {
  readonly image: string;
  readonly livenessPath: string;
  readonly readinessPath: string;
}

/**
 * What an environment says about serving. Only Quayside's own server is run as a process: other images would need a
 * container runtime, and guessing what they do would make the rehearsal prove nothing.
 */
export function servingEnvironment({ resource, name }: Asset): ServingEnvironment {
  const { image, inferenceConfig, build } = resource.properties;
  const at = "properties.environmentId";
  if (typeof image !== "string" || build) throw notRehearsed(`environment ${name}, which is built and not an image,`);
  if (!SERVER_IMAGE.test(image)) throw notRehearsed(`image ${image} (only quayside-serve runs here)`);
  if (!isObject(inferenceConfig))
    throw badArgument(`environment ${name} has no inferenceConfig; a deployment without a scoring script needs its routes`, at);
  const path = (route: string) => {
    const value = inferenceConfig[route];
    const text = isObject(value) ? value.path : undefined;
    if (typeof text !== "string" || !text.startsWith("/"))
      throw badArgument(`environment ${name}: inferenceConfig.${route}.path must be a path`, at);
    return text;
  };
  if (path("scoringRoute") !== SCORING_ROUTE)
    throw notRehearsed(`scoring route ${path("scoringRoute")} (quayside-serve scores on ${SCORING_ROUTE})`);
  return { image, livenessPath: path("livenessRoute"), readinessPath: path("readinessRoute") };
}
