import type { ProviderFactory } from "../contract.ts";
import { createAlertsManagement } from "./alerts-management/index.ts";
import { createCompute } from "./compute/index.ts";
import { createConsumption } from "./consumption/index.ts";
import { createContainerRegistry } from "./container-registry/index.ts";
import { createContainerService } from "./container-service/index.ts";
import { createDataProtection } from "./data-protection/index.ts";
import { createInsights } from "./insights/index.ts";
import { createKeyVault } from "./key-vault/index.ts";
import { createKubernetesConfiguration } from "./kubernetes-configuration/index.ts";
import { createMachineLearning } from "./machine-learning/index.ts";
import { createManagedIdentity } from "./managed-identity/index.ts";
import { createMonitor } from "./monitor/index.ts";
import { createNetwork } from "./network/index.ts";
import { createOperationalInsights } from "./operational-insights/index.ts";
import { createPolicyInsights } from "./policy-insights/index.ts";
import { createStorage } from "./storage/index.ts";

/** Every namespace of the embedded Azure beside what the envelope has itself (Resources, Authorization). */
export const providers: readonly ProviderFactory[] = [
  createManagedIdentity,
  createNetwork,
  createOperationalInsights,
  createInsights,
  createMonitor,
  createAlertsManagement,
  createConsumption,
  createPolicyInsights,
  createStorage,
  createKeyVault,
  createContainerRegistry,
  createCompute,
  createContainerService,
  createKubernetesConfiguration,
  createDataProtection,
  createMachineLearning,
];
