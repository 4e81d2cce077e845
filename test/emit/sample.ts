import { call, createProgram, entries, get, type Program, text, when } from "../../src/ir/index.ts";

/** A small definition with what is hard to print: conditions and references across modules, extensions, order that no reference shows. */
export function sampleProgram(): Program {
  const program = createProgram();
  const location = program.string("location", {
    description: "Azure region of every resource.",
    default: get<string>(call("resourceGroup"), "location"),
  });
  const environmentName = program.string("environmentName", {
    description: "Environment; chooses sizes.",
    default: "dev",
    allowed: ["dev", "prod"],
  });
  const nodeCount = program.int("nodeCount", { description: "Nodes of the pool.", default: 3, minValue: 1, maxValue: 100 });
  const enableGpu = program.bool("enableGpu", { description: "Adds a pool with GPUs.", default: false });
  const suffix = program.string("suffix", {
    description: "Ending of names that must be unique; the team's own.",
    minLength: 3,
    maxLength: 6,
    pattern: "^[a-z0-9]+$",
  });

  const profiles = program.variable<object>(
    "profiles",
    { dev: { tier: "Free", zones: [] }, prod: { tier: "Standard", zones: ["1", "2", "3"] } },
    "What differs between environments.",
  );
  const profile = program.variable<object>("profile", get(profiles, environmentName));
  const poolDefaults = program.variable<object>("poolDefaults", { mode: "User", count: nodeCount });

  const identity = program.resource("identity", {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30",
    concern: "identity",
    name: "id-mlops",
    body: { location },
    comment:
      "Acts for the cluster; its roles are given before the cluster is made, because the cluster needs them while it is being made and Azure does not wait for them by itself.",
  });
  const cluster = program.resource("cluster", {
    type: "Microsoft.ContainerService/managedClusters@2026-05-01",
    concern: "cluster",
    name: text`aks-${environmentName}-${suffix}`,
    body: {
      location,
      sku: { name: "Base", tier: get(profile, "tier") },
      identity: { type: "UserAssigned", userAssignedIdentities: entries([[identity.id, {}]]) },
      properties: {
        agentPoolProfiles: [{ name: "system", availabilityZones: get(profile, "zones"), count: 1 }],
        autoScalerProfile: { "scale-down-unneeded-time": "10m", expander: "least-waste" },
      },
    },
  });
  program.resource("pool", {
    type: "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01",
    concern: "cluster",
    name: "mlpool",
    parent: cluster,
    body: { properties: call("union", poolDefaults, { vmSize: "Standard_DS3_v2" }) },
  });
  const gpuPool = program.resource("gpuPool", {
    type: "Microsoft.ContainerService/managedClusters/agentPools@2026-05-01",
    concern: "cluster",
    name: "gpupool",
    parent: cluster,
    condition: enableGpu,
    body: { properties: { mode: "User", spotMaxPrice: 0.5, vmSize: when(enableGpu, "Standard_NC4as_T4_v3", null) } },
  });
  const role = program.resource("role", {
    type: "Microsoft.Authorization/roleAssignments@2022-04-01",
    concern: "roles",
    name: call<string>("guid", cluster.id, identity.id),
    scope: cluster,
    body: {
      properties: {
        principalId: identity.get("properties", "principalId"),
        roleDefinitionId: call(
          "subscriptionResourceId",
          "Microsoft.Authorization/roleDefinitions",
          "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        ),
        description: text`Reads ${cluster.name}; it's "${cluster.get("properties", "fqdn")}".`,
      },
    },
  });
  program.resource("note", {
    type: "Microsoft.Resources/tags@2025-04-01",
    concern: "notes",
    name: "default",
    body: {
      properties: {
        tags: {
          gpuVersion: call("coalesce", gpuPool.get("properties", "currentOrchestratorVersion"), "none"),
          gpuPool: gpuPool.id,
          region: location,
        },
      },
    },
    dependsOn: [role],
    onlyIfNotExists: true,
    comment: "Written once.",
  });
  program.output("clusterName", "string", "Name of the cluster.", cluster.name);
  program.output(
    "gpuVersion",
    "string",
    "Kubernetes version of the GPU pool, if there is one.",
    gpuPool.get("properties", "currentOrchestratorVersion"),
  );
  return program.build();
}
