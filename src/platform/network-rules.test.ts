import { expect, test } from "vitest";
import type { JsonValue } from "../base/index.ts";
import { evaluateProgram } from "../ir/index.ts";
import { definePlatform } from "./index.ts";

const groups = (parameters: Record<string, JsonValue>) => {
  const { resources } = evaluateProgram(definePlatform(), {
    parameters,
    subscriptionId: "00000000-0000-0000-0000-000000000000",
    tenantId: "11111111-1111-1111-1111-111111111111",
    resourceGroup: { name: "rg", location: "eastus" },
  });
  return new Map(
    resources
      .filter(({ type, condition }) => condition && type === "Microsoft.Network/networkSecurityGroups")
      .map(({ name, body }) => [name, (body as unknown as { properties: { securityRules: Rule[] } }).properties.securityRules]),
  );
};

interface Rule {
  readonly name: string;
  readonly properties: {
    readonly priority: number;
    readonly direction: string;
    readonly access: string;
    readonly protocol: string;
    readonly sourceAddressPrefix?: string;
    readonly sourceAddressPrefixes?: readonly string[];
    readonly destinationAddressPrefix?: string;
    readonly destinationAddressPrefixes?: readonly string[];
    readonly destinationPortRange?: string;
    readonly destinationPortRanges?: readonly string[];
  };
}

const EVERYTHING = { environmentName: "prod", profileOverrides: { privateApiServer: true } };

/** `TCP AzureActiveDirectory 80,443`, in the order in which Azure asks. */
function outward(rules: readonly Rule[]): string[] {
  return rules
    .filter(({ properties: { direction, access } }) => direction === "Outbound" && access === "Allow")
    .map(({ properties: of }) =>
      [of.protocol, of.destinationAddressPrefix, (of.destinationPortRanges ?? [of.destinationPortRange]).join(",")].join(" "),
    );
}

test("training nodes call out to what Azure ML asks for, and to the internet only where the profile says so", () => {
  const asked = [
    "* VirtualNetwork *",
    "Tcp AzureActiveDirectory 80,443",
    "Tcp AzureMachineLearning 443,8787,18881",
    "Udp AzureMachineLearning 5831",
    "* BatchNodeManagement.westeurope 443",
    "Tcp AzureResourceManager 443",
    "Tcp Storage.westeurope 443,445",
    "Tcp AzureKeyVault 443",
    "Tcp AzureFrontDoor.FrontEnd 443",
    "Tcp AzureFrontDoor.FirstParty 443",
    "Tcp MicrosoftContainerRegistry 443",
    "Tcp AzureContainerRegistry.westeurope 443",
    "Tcp AzureMonitor 443",
  ];
  const rules = (computeInternetAccess: boolean) =>
    groups({ location: "West Europe", profileOverrides: { computeInternetAccess } }).get("nsg-ml-compute") ?? [];

  expect(outward(rules(false))).toEqual(asked);
  expect(outward(rules(true))).toEqual([...asked, "* Internet *"]);
  expect(rules(false).at(-1)?.properties).toMatchObject({ access: "Deny", destinationAddressPrefix: "Internet" });
});

test("nobody but their own subnet calls in to training nodes, and nobody outside of the network to the other subnets", () => {
  const inward = [...groups(EVERYTHING)].map(([name, rules]) => [
    name,
    rules
      .filter(({ properties: { direction, access } }) => direction === "Inbound" && access === "Allow")
      .flatMap(({ properties: of }) => of.sourceAddressPrefixes ?? of.sourceAddressPrefix),
    rules.some(
      ({ properties: of }) =>
        of.direction === "Inbound" && of.access === "Deny" && of.sourceAddressPrefix === "*" && of.destinationPortRange === "*",
    ),
  ]);

  expect(inward).toEqual([
    // Azure's default rules deny the internet here, and leave the network to AKS.
    ["nsg-aks-nodes", ["10.40.0.0/22", "192.168.0.0/16"], false],
    ["nsg-ml-compute", ["10.40.6.0/24", "AzureLoadBalancer"], true],
    ["nsg-private-endpoints", ["VirtualNetwork"], true],
    ["nsg-ingress", ["VirtualNetwork", "AzureLoadBalancer"], true],
    ["nsg-aks-apiserver", ["10.40.0.0/22", "VirtualNetwork", "AzureLoadBalancer"], true],
  ]);
});

test("every rule is one that Azure takes: its own name and priority, and each address once, as one or as several", () => {
  for (const rules of groups(EVERYTHING).values()) {
    for (const direction of ["Inbound", "Outbound"]) {
      const priorities = rules
        .filter(({ properties }) => properties.direction === direction)
        .map(({ properties }) => properties.priority);
      expect(new Set(priorities).size).toBe(priorities.length);
      expect(priorities.every((priority) => priority >= 100 && priority <= 4096)).toBe(true);
    }
    expect(new Set(rules.map(({ name }) => name.toLowerCase())).size).toBe(rules.length);
    for (const { properties: of } of rules)
      for (const [one, several] of [
        ["sourceAddressPrefix", "sourceAddressPrefixes"],
        ["destinationAddressPrefix", "destinationAddressPrefixes"],
        ["destinationPortRange", "destinationPortRanges"],
      ] as const)
        expect([one, several].filter((member) => of[member] !== undefined)).toHaveLength(1);
  }
});
