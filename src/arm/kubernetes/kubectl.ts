import { asObjects, asString, isObject, type JsonObject, parseJson } from "../../base/index.ts";
import { type AppliedObject, FIELD_MANAGER, nameOf, type ObjectName, versionOf } from "./object.ts";
import { KubernetesError, kindOfForbidden, type RefusalKind } from "./refusal.ts";
import type { CommandResult } from "./run-command.ts";

/** JSON texts one after another, since kubectl would check a `List` by a description of its own instead of the server's. */
const FILE = "objects.json";
const NO_NAMESPACE = "<none>";
const COLUMNS = "KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,VERSION:.metadata.resourceVersion";

/** A command line that prints the versions of what is there, then applies everything and prints what came of it; it ends as the apply does. */
export function applyCommand(objects: readonly JsonObject[]) {
  return {
    command: [
      `kubectl get --filename ${FILE} --ignore-not-found --no-headers --output custom-columns=${COLUMNS}`,
      `kubectl apply --server-side --field-manager ${FIELD_MANAGER} --filename ${FILE} --output json`,
    ].join(" ; "),
    files: { [FILE]: objects.map((object) => JSON.stringify(object)).join("\n") },
  };
}

/** Versions of objects by their row, as the first half of the command printed them. */
export function versionsBefore(logs: string): Map<string, string> {
  const rows = logs.split("\n").map((line) => line.trim().split(/\s+/));
  return new Map(
    rows.flatMap(([kind = "", namespace = "", name = "", version = "", ...more]) =>
      more.length === 0 && /^\d+$/.test(version) ? [[`${kind} ${namespace} ${name}`, version] as const] : [],
    ),
  );
}

/** What the second half did to each object; throws what kubectl was refused. */
export function appliedObjects({ exitCode, logs }: CommandResult, before: ReadonlyMap<string, string>): AppliedObject[] {
  if (exitCode !== 0) throw refusalIn(logs);
  const list = lastObject(logs);
  const items = list.items === undefined ? [list] : asObjects(list.items);
  return items.map((object) => {
    const name = nameOf(object);
    const was = before.get(rowOf(name));
    return { ...name, change: was === undefined ? "created" : was === versionOf(object) ? "unchanged" : "configured" };
  });
}

function rowOf({ kind, namespace = NO_NAMESPACE, name }: ObjectName): string {
  return `${kind} ${namespace} ${name}`;
}

/** kubectl indents its JSON, so an object begins and ends where a line does. */
function lastObject(logs: string): JsonObject {
  const [, text] = /(?:^|\n)(\{\n[^]*\n\})\s*$/.exec(logs) ?? [];
  const value = parseJson(text ?? "");
  if (!isObject(value)) throw new KubernetesError("refused", "kubectl", "its answer cannot be read");
  return value;
}

/** kubectl's own sentences, the more telling first. */
const SENTENCES: readonly (readonly [kind: RefusalKind, sentence: RegExp])[] = [
  ["signedOut", /.*(?:\(Unauthorized\)|must be logged in to the server).*/],
  ["conflict", /Apply failed with \d+ conflicts?:[^]*?(?=\nPlease review|\n\n|$)/],
  ["forbidden", /.*\(Forbidden\).*/],
  ["kindMissing", /.*no matches for kind .*/],
  ["namespaceMissing", /.*namespaces "[^"]*" not found.*/],
  ["invalid", /.*(?:\(Invalid\)|\(BadRequest\)|strict decoding error).*/],
];

function refusalIn(logs: string): KubernetesError {
  for (const [kind, sentence] of SENTENCES) {
    const [said] = sentence.exec(logs) ?? [];
    if (said === undefined) continue;
    return new KubernetesError(kind === "forbidden" ? kindOfForbidden(said) : kind, "kubectl apply in the cluster", said);
  }
  const last = logs.trim().split("\n").at(-1);
  return new KubernetesError("refused", "kubectl apply in the cluster", asString(last) || "it failed without a word");
}
