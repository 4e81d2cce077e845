import type { CloudHost, Resource } from "../../contract.ts";
import { textAt } from "../common/body.ts";
import { lastName } from "../common/ids.ts";

/** Where the compute's jobs and models run in its cluster. */
export function computeNamespace(compute: Resource | undefined): string {
  return textAt(compute?.properties, "properties.namespace") ?? "default";
}

/** The image of an environment; of one that is built from a context, or gone, what names it. */
export function imageOf(host: Pick<CloudHost, "resources">, { environmentId }: Resource["properties"]): string {
  const id = typeof environmentId === "string" ? environmentId.replace(/^azureml:/, "") : "";
  return textAt(host.resources.get(id)?.properties, "image") ?? lastName(id);
}
