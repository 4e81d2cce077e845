import { type Expr, equals, get, not, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import { declareDiagnostics } from "./diagnostics.ts";
import type { Identities } from "./identity.ts";
import type { Observability } from "./observability.ts";
import { workspacePrincipals } from "./principals.ts";
import { enabledUnlessPrivate } from "./public-access.ts";
import { declareRoleAssignment } from "./role-assignment.ts";
import type { Settings } from "./settings.ts";
import { ML_API_VERSION } from "./workspace.ts";

const CONCERN = "promotion";

/** An account that Azure makes with the registry. It ignores a name that is given, so both are known only afterwards. */
interface MadeAccount {
  readonly id: Expr<string>;
  readonly name: Expr<string>;
}

export interface MlRegistry {
  readonly registry: ResourceHandle;
  /** Where models and data are kept. */
  readonly storage: MadeAccount;
  /** The container registry, where images of environments are kept. */
  readonly images: MadeAccount;
}

/** Who takes what was shared, and who shares. */
const USERS = {
  trainingShares: { who: "training", why: "Use shared environments and models in training." },
  endpointShares: { who: "endpoint", why: "Serve models that were promoted through the registry." },
  operatorShares: { who: "operator", why: "Share models with other workspaces." },
} as const satisfies Record<string, { who: "training" | "endpoint" | "operator"; why: string }>;

export function hasMlRegistry({ mlRegistryName }: Settings): Expr<boolean> {
  return not(equals(mlRegistryName, ""));
}

/**
 * A registry from which workspaces of other environments take the very model that passed here. Make it once, in the
 * environment that is promoted from. Azure keeps its storage and images in a resource group of its own, which goes with it.
 */
export function declareMlRegistry(
  program: ProgramBuilder,
  settings: Settings,
  identities: Identities,
  { logAnalytics }: Observability,
): MlRegistry {
  const wanted = hasMlRegistry(settings);
  const registry = program.resource("mlRegistry", {
    type: `Microsoft.MachineLearningServices/registries@${ML_API_VERSION}`,
    concern: CONCERN,
    // A template's names have to be whole even where nothing is deployed.
    name: when<string>(wanted, settings.mlRegistryName, "registry"),
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
  declareDiagnostics(program, settings, "mlRegistry", { concern: CONCERN, scope: registry, logAnalytics, condition: wanted });
  const principals = workspacePrincipals(settings, identities);
  for (const [symbol, { who, why }] of Object.entries(USERS)) {
    declareRoleAssignment(program, {
      symbol,
      concern: CONCERN,
      to: principals[who],
      condition: wanted,
      role: "azureMlRegistryUser",
      scope: registry,
      why,
    });
  }
  return { registry, ...madeAccounts(registry) };
}

/** The PUT lists one region, with one account of each kind. */
function madeAccounts(registry: ResourceHandle): { readonly storage: MadeAccount; readonly images: MadeAccount } {
  const region = get(registry.read("array", "properties", "regionDetails"), 0);
  const storage = get(region, "storageAccountDetails", 0, "systemCreatedStorageAccount");
  const images = get(region, "acrDetails", 0, "systemCreatedAcrAccount");
  return {
    storage: { id: get(storage, "armResourceId", "resourceId"), name: get(storage, "storageAccountName") },
    images: { id: get(images, "armResourceId", "resourceId"), name: get(images, "acrAccountName") },
  };
}
