import { NAME_RULES } from "../../azure/index.ts";
import { isObject } from "../../base/index.ts";
import type { Diagnostic } from "../../report/index.ts";
import { BACKUP_NAMESPACE, EXTENSION_NAMESPACE } from "../cluster-words.ts";
import { problem, type Rule, type Values } from "./values.ts";

const NAMES = {
  clusterName: "Microsoft.ContainerService/managedClusters",
  workspaceName: "Microsoft.MachineLearningServices/workspaces",
  computeNamespace: "Microsoft.ContainerService/managedClusters/managedNamespaces",
} as const;

/** Kubernetes, AKS and the extensions of Azure ML and Azure Backup keep these for themselves. */
const RESERVED_NAMESPACES = [
  "default",
  "kube-system",
  "kube-public",
  "kube-node-lease",
  "gatekeeper-system",
  EXTENSION_NAMESPACE,
  BACKUP_NAMESPACE,
];

/** 50 in all, of which the platform sets three itself; storage accounts take the shortest names. */
const TAGS = { count: 47, nameLength: 128, valueLength: 256 };

export const checkNames: Rule = (values) => [
  ...Object.entries(NAMES).flatMap(([name, type]) => {
    const text = values[name as keyof typeof NAMES];
    if (NAME_RULES[type].pattern.test(text)) return [];
    return [problem("name-invalid", name, `${name} '${text}' is not a name that Azure takes`, `use ${NAME_RULES[type].words}`)];
  }),
  ...reservedNamespace(values),
  ...tags(values),
];

function reservedNamespace({ computeNamespace }: Values): Diagnostic[] {
  if (!RESERVED_NAMESPACES.includes(computeNamespace)) return [];
  return [
    problem(
      "namespace-reserved",
      "computeNamespace",
      `computeNamespace is ${computeNamespace}, which belongs to the cluster or to an extension of it`,
      "choose another, for instance ml-workloads",
    ),
  ];
}

function tags({ given }: Values): Diagnostic[] {
  if (!isObject(given.tags)) return [];
  const entries = Object.entries(given.tags);
  const found = entries.flatMap(([name, value]) => {
    const at = `tags.${name}`;
    if (typeof value !== "string")
      return [problem("tag-invalid", at, `tag ${name} is ${JSON.stringify(value)}`, "tags are text: quote it")];
    if (name.length > TAGS.nameLength || value.length > TAGS.valueLength) {
      return [
        problem(
          "tag-invalid",
          at,
          `tag ${name.slice(0, 40)} is too long`,
          `names take ${TAGS.nameLength} characters, values ${TAGS.valueLength}`,
        ),
      ];
    }
    if (/[<>%&\\?/]/.test(name))
      return [problem("tag-invalid", at, `tag name ${name} is not one that Azure takes`, "leave out < > % & \\ ? /")];
    return [];
  });
  if (entries.length <= TAGS.count) return found;
  return [
    ...found,
    problem("too-many-tags", "tags", `there are ${entries.length} tags`, `Azure takes ${TAGS.count} beside the platform's own`),
  ];
}
