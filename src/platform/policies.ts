import { type AnyInput, call, equals, not, type ProgramBuilder, text, when } from "../ir/index.ts";
import { camel } from "./case.ts";
import { BACKUP_NAMESPACE, EXTENSION_NAMESPACE } from "./cluster-words.ts";
import { type Settings, spelledInAddresses } from "./settings.ts";

interface PolicyAssignment {
  /** A policy or an initiative that is built into Azure, the same in every tenant. */
  readonly definition: { readonly of: "policyDefinitions" | "policySetDefinitions"; readonly id: string };
  readonly displayName: string;
  readonly parameters: (settings: Settings) => Readonly<Record<string, AnyInput>>;
  /** For a policy that knows no effect but denial: it only tells what it would deny, unless the profile wants that. */
  readonly alwaysDenies?: true;
  readonly why: string;
}

const POD_SECURITY = { of: "policySetDefinitions", id: "a8640138-9b0a-4a28-b8cb-1666c838647d" } as const;

/** Whose pods need more than the baseline gives: the cluster's own, extensions, and Azure ML's router and operators. */
const SYSTEM_NAMESPACES = [
  "kube-system",
  "gatekeeper-system",
  "azure-arc",
  "azure-extensions-usage-system",
  EXTENSION_NAMESPACE,
  BACKUP_NAMESPACE,
  "flux-system",
];

/** By name of the assignment. Ids, parameters and effects as in Azure's own list of built-in policies. */
const POLICIES: Readonly<Record<string, PolicyAssignment>> = {
  "pod-security": {
    definition: POD_SECURITY,
    displayName: "Pods keep to the baseline of pod security",
    parameters: (settings) => ({
      effect: settings.profile("policyEffect"),
      excludedNamespaces: [...SYSTEM_NAMESPACES, settings.computeNamespace],
    }),
    why: "Pods run without privileges, host namespaces and host paths.",
  },
  "pod-security-of-jobs": {
    definition: POD_SECURITY,
    displayName: "Jobs and models are held against the baseline of pod security",
    parameters: (settings) => ({ effect: "Audit", namespaces: [settings.computeNamespace] }),
    why: "Azure ML puts side-cars into the pods of jobs and models, so what is wrong there is told and not refused.",
  },
  "allowed-locations": {
    definition: { of: "policyDefinitions", id: "e56962a6-4747-49cd-b67b-bf8b01975c4c" },
    displayName: "Resources stay in the regions of the platform",
    parameters: ({ region, registryReplicaLocation }) => ({
      listOfAllowedLocations: call(
        "concat",
        [region],
        when<string[]>(equals(registryReplicaLocation, ""), [], [spelledInAddresses(registryReplicaLocation)]),
      ),
    }),
    alwaysDenies: true,
    why: "Data and models stay where they are meant to be.",
  },
  "secure-transfer": {
    definition: { of: "policyDefinitions", id: "404c3081-a854-4457-ae30-26a93ef643f9" },
    displayName: "Storage accounts take encrypted connections only",
    parameters: (settings) => ({ effect: settings.profile("policyEffect") }),
    why: "Nothing in the group is read or written in the clear.",
  },
};

/** Azure Policy on the resource group: what the definition does not do by itself stays so, whoever adds to the group. */
export function declarePolicies(program: ProgramBuilder, settings: Settings): void {
  const rows = Object.entries(POLICIES).map(([name, policy]) => [name, row(settings, policy)] as const);
  const table = program.table("policies", "policy", Object.fromEntries(rows));
  program.loop("policyAssignments", table, (policy) => ({
    symbol: (name) => `${camel(name)}Policy`,
    type: "Microsoft.Authorization/policyAssignments@2026-07-01",
    concern: "governance",
    name: policy.key,
    condition: not(equals(settings.profile("policyEffect"), "Off")),
    body: {
      properties: {
        displayName: policy.get("displayName"),
        description: policy.get("description"),
        policyDefinitionId: text`/providers/Microsoft.Authorization/${policy.get("definition")}`,
        parameters: policy.get("parameters"),
        enforcementMode: policy.get("enforcementMode", "Default"),
        nonComplianceMessages: [{ message: policy.get("description") }],
      },
    },
  }));
}

function row(settings: Settings, policy: PolicyAssignment) {
  const denies = equals(settings.profile("policyEffect"), "Deny");
  const parameters = Object.entries(policy.parameters(settings)).map(([name, value]) => [name, { value }] as const);
  return {
    displayName: policy.displayName,
    description: policy.why,
    definition: `${policy.definition.of}/${policy.definition.id}`,
    parameters: Object.fromEntries(parameters),
    enforcementMode: policy.alwaysDenies ? when<string>(denies, "Default", "DoNotEnforce") : undefined,
  };
}
