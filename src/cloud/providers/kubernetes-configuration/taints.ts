import type { JsonObject } from "../../../base/index.ts";

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: string;
}

/** As Kubernetes has it: no key with `Exists` tolerates everything, no effect every effect. */
export interface Toleration {
  readonly key?: string;
  readonly operator: string;
  readonly value?: string;
  readonly effect?: string;
}

/** `workload=ml:NoSchedule` */
export function parseTaint(text: string): Taint {
  const at = text.lastIndexOf(":");
  const [key = "", value = ""] = text.slice(0, at).split("=");
  return { key, value, effect: text.slice(at + 1) };
}

export function tolerates(tolerations: readonly Toleration[], taint: Taint): boolean {
  // A preference never keeps a pod away.
  if (taint.effect === "PreferNoSchedule") return true;
  return tolerations.some(({ key, operator, value, effect }) => {
    if (effect !== undefined && effect !== taint.effect) return false;
    if (key === undefined) return operator === "Exists";
    return key === taint.key && (operator === "Exists" || (value ?? "") === taint.value);
  });
}

/** `toleration[0].key`, `toleration[0].operator`, ... as the extension's settings spell them. */
export function tolerationSettings(
  settings: JsonObject,
  group: "toleration" | "workLoadToleration" | "tolerations",
): Toleration[] {
  const found = new Map<number, Record<string, string>>();
  for (const [name, value] of Object.entries(settings)) {
    const match = /^(\w+)\[(\d+)\]\.(key|operator|value|effect)$/.exec(name);
    const [, prefix, index, member] = match ?? [];
    if (prefix !== group || index === undefined || member === undefined || typeof value !== "string") continue;
    const entry = found.get(Number(index)) ?? {};
    entry[member] = value;
    found.set(Number(index), entry);
  }
  return [...found.values()].map((entry) => ({ operator: "Equal", ...entry }));
}

/** The taints that Azure ML documents for its own pods and tolerates without being told. */
export const BUILT_IN: readonly Toleration[] = [
  { key: "ml.azure.com/amlarc", operator: "Equal", value: "true" },
  { key: "ml.azure.com/amlarc-system", operator: "Equal", value: "true" },
  { key: "ml.azure.com/amlarc-workload", operator: "Equal", value: "true" },
  { key: "ml.azure.com/resource-group", operator: "Exists" },
  { key: "ml.azure.com/workspace", operator: "Exists" },
  { key: "ml.azure.com/compute", operator: "Exists" },
];
