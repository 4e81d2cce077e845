import type { JsonObject } from "../../base/index.ts";
import { isObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import type { Delivery } from "./delivery.ts";

/** What the API server would refuse by name alone, and what kustomize cannot tell apart. */
export function kubernetesLimits({ layers, flux }: Delivery): Diagnostic[] {
  const found: Diagnostic[] = [];
  const wrong = (code: string, at: string, message: string, help: string) =>
    found.push({ code: `emit.kubernetes.${code}`, severity: "error", at, message, help });
  for (const [folder, layer] of Object.entries({ ...layers, flux: { files: flux } })) {
    const inFolder = new Set<string>();
    for (const [file, objects] of Object.entries(layer.files)) {
      for (const { object } of objects) {
        const at = `${folder}/${file}`;
        const { kind, name } = nameOf(object);
        if (kind === "" || name === "") wrong("nameless", at, "an object has no kind or no metadata.name", "give it both");
        else if (!SUBDOMAIN.test(name) || name.length > 253)
          wrong("name", at, `${kind} ${JSON.stringify(name)} is no DNS subdomain`, "use lower-case letters, digits, - and .");
        // Each file of Flux is applied on its own.
        const key = folder === "flux" ? `${file} ${keyOf(object)}` : keyOf(object);
        if (inFolder.has(key)) wrong("twice", at, `${kind} ${name} is there twice`, "kustomize refuses two objects of one name");
        inFolder.add(key);
      }
    }
  }
  return found;
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function nameOf({ kind, metadata }: JsonObject): { readonly kind: string; readonly name: string } {
  const name = isObject(metadata) ? metadata.name : undefined;
  return { kind: typeof kind === "string" ? kind : "", name: typeof name === "string" ? name : "" };
}

function keyOf(object: JsonObject): string {
  const { kind, name } = nameOf(object);
  const namespace = isObject(object.metadata) ? object.metadata.namespace : undefined;
  return JSON.stringify([object.apiVersion, kind, namespace, name]);
}
