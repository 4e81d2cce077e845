import type { RoleName } from "../azure/index.ts";
import { and, equals, type Input, not, or, type ProgramBuilder, type ResourceHandle, text } from "../ir/index.ts";
import type { MlRegistry } from "./ml-registry.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";

export interface PipelineScopes {
  readonly mlRegistry: MlRegistry;
  readonly workspace: ResourceHandle;
  readonly containerRegistry: ResourceHandle;
  readonly storageAccount: ResourceHandle;
}

/** What a pipeline that trains and releases models may do; it cannot change the platform. */
export const PIPELINE_ROLES = {
  pipelineJobs: { role: "azureMlDataScientist", on: "workspace", why: "Submit jobs, register models and release them." },
  pipelineImages: { role: "acrPush", on: "containerRegistry", why: "Push images of models." },
  pipelineData: { role: "storageBlobDataContributor", on: "storageAccount", why: "Upload data and read models." },
} as const satisfies Record<string, { role: RoleName; on: Exclude<keyof PipelineScopes, "mlRegistry">; why: string }>;

interface Federation {
  readonly symbol: string;
  readonly name: string;
  readonly condition: Input<boolean>;
  readonly issuer: Input<string>;
  readonly subject: Input<string>;
}

/** An identity that pipelines of GitHub or Azure DevOps take on with their own token: there is no secret to keep. */
export function declareContinuousIntegration(program: ProgramBuilder, settings: Settings, scopes: PipelineScopes): void {
  const github = not(equals(settings.githubRepository, ""));
  const devops = not(equals(settings.azureDevOpsSubject, ""));
  const condition = or(github, devops);
  const identity = program.resource("pipelineIdentity", {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30",
    concern: "ci",
    name: "id-ml-pipeline",
    condition,
    body: { location: settings.location, tags: settings.resourceTags },
    comment: "Pipelines act as this identity.",
  });
  const federations: readonly Federation[] = [
    {
      symbol: "githubFederation",
      name: "github",
      condition: github,
      issuer: "https://token.actions.githubusercontent.com",
      subject: text`repo:${settings.githubRepository}:environment:${settings.environmentName}`,
    },
    {
      symbol: "azureDevOpsFederation",
      name: "azure-devops",
      condition: devops,
      issuer: settings.azureDevOpsIssuer,
      subject: settings.azureDevOpsSubject,
    },
  ];
  let before: ResourceHandle | undefined;
  for (const federation of federations) {
    before = program.resource(federation.symbol, {
      type: "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30",
      concern: "ci",
      name: federation.name,
      parent: identity,
      condition: federation.condition,
      body: {
        properties: {
          issuer: federation.issuer,
          subject: federation.subject,
          audiences: ["api://AzureADTokenExchange"],
        },
      },
      dependsOn: before ? [before] : [],
      comment: "Azure refuses concurrent writes on the credentials of one identity.",
    });
  }
  for (const [symbol, { role, on, why }] of Object.entries(PIPELINE_ROLES)) {
    declareRoleAssignment(program, {
      symbol,
      concern: "ci",
      principal: identity.id,
      principalId: identity.get("properties", "principalId"),
      condition,
      role,
      scope: scopes[on],
      why,
    });
  }
  declareRoleAssignment(program, {
    symbol: "pipelineShares",
    concern: "ci",
    principal: identity.id,
    principalId: identity.get("properties", "principalId"),
    condition: and(condition, scopes.mlRegistry.wanted),
    role: "azureMlRegistryUser",
    scope: scopes.mlRegistry.registry,
    why: "Share models with other workspaces.",
  });
}
