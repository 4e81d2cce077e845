import { Document } from "yaml";
import type { JsonObject } from "../../base/index.ts";
import type { Layer, Manifest } from "./delivery.ts";

const HEADER = "Printed by quayside emit kubernetes from the definition; change it there.";
const COMMENT_WIDTH = 110;
// kubectl's reader takes YAML 1.1, in which `on`, `no` and `12:30` are no strings: this quotes them.
const YAML = { version: "1.1", directives: false } as const;

/** Objects one after another, each below the reason for it. */
export function manifests(objects: readonly Manifest[]): string {
  return objects.map(({ object, reason }, at) => print(object, at === 0 ? `${HEADER}\n\n${reason}` : reason)).join("---\n");
}

export function kustomization(kind: "Component" | "Kustomization", layer: Layer): string {
  const resources = [...(layer.resources ?? []), ...Object.keys(layer.files)];
  const { components = [], patches = [] } = layer;
  return print(
    {
      apiVersion: kind === "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1",
      kind,
      ...(resources.length === 0 ? {} : { resources }),
      ...(components.length === 0 ? {} : { components: [...components] }),
      ...(patches.length === 0 ? {} : { patches: patches.map((patch) => ({ patch: print(patch) })) }),
    },
    `${HEADER}\n\n${layer.about}`,
  );
}

function print(object: JsonObject, comment?: string): string {
  const document = new Document(object, { version: YAML.version, aliasDuplicateObjects: false });
  if (comment !== undefined) document.commentBefore = wrap(comment);
  return document.toString({ lineWidth: 0, directives: YAML.directives });
}

/** Comment lines; an empty one parts paragraphs. */
function wrap(text: string): string {
  return text
    .split("\n")
    .flatMap((paragraph) => {
      const lines = [""];
      for (const word of paragraph.split(" ")) {
        const last = lines.at(-1) ?? "";
        if (last !== "" && last.length + 1 + word.length > COMMENT_WIDTH) lines.push(word);
        else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
      }
      return lines;
    })
    .map((line) => (line === "" ? "" : ` ${line}`))
    .join("\n");
}
