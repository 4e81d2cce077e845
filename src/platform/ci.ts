import { equals, type Input, not, or, type ProgramBuilder, type ResourceHandle, text } from "../ir/index.ts";
import { onlyIf } from "./condition.ts";
import { hasMlRegistry } from "./ml-registry.ts";
import { identityPrincipal } from "./principals.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { RoleRow } from "./roles.ts";
import type { Settings } from "./settings.ts";

export interface PipelineScopes {
  readonly mlRegistry: ResourceHandle;
  readonly workspace: ResourceHandle;
  readonly containerRegistry: ResourceHandle;
  readonly storageAccount: ResourceHandle;
}

type PipelineRole = Omit<RoleRow<keyof PipelineScopes>, "who">;

/** What a pipeline that trains and releases models may do; it cannot change the platform. */
export const PIPELINE_ROLES = {
  pipelineJobs: { role: "azureMlDataScientist", on: "workspace", why: "Submit jobs, register models and release them." },
  pipelineImages: { role: "acrPush", on: "containerRegistry", why: "Push images of models." },
  pipelineData: { role: "storageBlobDataContributor", on: "storageAccount", why: "Upload data and read models." },
  pipelineShares: {
    role: "azureMlRegistryUser",
    on: "mlRegistry",
    given: hasMlRegistry,
    why: "Share models with other workspaces.",
  },
} as const satisfies Record<string, PipelineRole>;

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
  for (const [symbol, { role, on, given, why }] of Object.entries<PipelineRole>(PIPELINE_ROLES)) {
    declareRoleAssignment(program, {
      symbol,
      concern: "ci",
      to: identityPrincipal(identity),
      ...onlyIf(condition, given?.(settings)),
      role,
      scope: scopes[on],
      why,
    });
  }
}
