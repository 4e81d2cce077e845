import type { RoleName } from "../azure/index.ts";
import { and, type Expr, equals, not, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import type { Identities } from "./identity.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";
import { ML_API_VERSION } from "./workspace.ts";

const CONCERN = "promotion";

export interface MlRegistry {
  readonly registry: ResourceHandle;
  readonly wanted: Expr<boolean>;
}

/** Who takes what was shared. */
const USERS = {
  trainingShares: { who: "training", role: "azureMlRegistryUser", why: "Use shared environments and models in training." },
  endpointShares: { who: "endpoint", role: "azureMlRegistryUser", why: "Serve models that were promoted through the registry." },
} as const satisfies Record<string, { who: keyof Identities; role: RoleName; why: string }>;

/**
 * A registry from which workspaces of other environments take the very model that passed here. Make it once, in the
 * environment that is promoted from. Azure keeps its storage and images in a resource group of its own, which goes with it.
 */
export function declareMlRegistry(program: ProgramBuilder, settings: Settings, identities: Identities): MlRegistry {
  const none = equals(settings.mlRegistryName, "");
  const wanted = not(none);
  const registry = program.resource("mlRegistry", {
    type: `Microsoft.MachineLearningServices/registries@${ML_API_VERSION}`,
    concern: CONCERN,
    // A template's names have to be whole even where nothing is deployed.
    name: when<string>(none, "registry", settings.mlRegistryName),
    condition: wanted,
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      identity: { type: "SystemAssigned" },
      properties: {
        publicNetworkAccess: enabledUnlessPrivate(settings),
        regionDetails: [
          {
            location: settings.location,
            acrDetails: [{ systemCreatedAcrAccount: { acrAccountSku: "Premium" } }],
            storageAccountDetails: [
              {
                systemCreatedStorageAccount: {
                  storageAccountType: settings.profile("storageSku"),
                  storageAccountHnsEnabled: false,
                  allowBlobPublicAccess: false,
                },
              },
            ],
          },
        ],
      },
    },
    comment: "Its own region is among the regions, and Azure never takes one away.",
  });
  for (const [symbol, { who, role, why }] of Object.entries(USERS)) {
    declareRoleAssignment(program, {
      symbol,
      concern: CONCERN,
      principal: identities[who].id,
      principalId: identities[who].get("properties", "principalId"),
      condition: wanted,
      role,
      scope: registry,
      why,
    });
  }
  declareRoleAssignment(program, {
    symbol: "operatorShares",
    concern: CONCERN,
    principal: settings.operatorObjectId,
    principalId: settings.operatorObjectId,
    principalType: settings.operatorType,
    condition: and(wanted, not(equals(settings.operatorObjectId, ""))),
    role: "azureMlRegistryUser",
    scope: registry,
    why: "Share models with other workspaces.",
  });
  return { registry, wanted };
}
