import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { buildCore, type Core, clusterBody, outcome, VERSIONS } from "./core.ts";

let cloud: TestCloud;
let group: string;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-firewall");
});

afterAll(() => cloud.close());

const id = (type: string, name: string) => `${group}/providers/Microsoft.Network/${type}/${name}`;
const put = (type: string, name: string, properties: JsonObject, more: JsonObject = {}) =>
  outcome(cloud, id(type, name), { location: "eastus", ...more, properties }, VERSIONS.network);
const made = (path: string, properties: JsonObject, more: JsonObject = { location: "eastus" }) =>
  cloud.put(path, { ...more, properties }, VERSIONS.network);
const get = async (path: string) => (await cloud.ask("GET", path, { apiVersion: VERSIONS.network })).json;
const space = (prefix: string, subnets: readonly JsonObject[] = []): JsonObject => ({
  addressSpace: { addressPrefixes: [prefix] },
  subnets: [...subnets],
});
const subnet = (name: string, addressPrefix: string, more: JsonObject = {}) => ({ name, properties: { addressPrefix, ...more } });

const names = (targetFqdns: readonly string[], more: JsonObject = {}): JsonObject => ({
  ruleType: "ApplicationRule",
  name: "names",
  protocols: [{ protocolType: "Https", port: 443 }],
  sourceAddresses: ["10.40.0.0/22"],
  targetFqdns: [...targetFqdns],
  ...more,
});
const addresses = (more: JsonObject = {}): JsonObject => ({
  ruleType: "NetworkRule",
  name: "addresses",
  ipProtocols: ["TCP"],
  sourceAddresses: ["10.40.0.0/22"],
  destinationAddresses: ["AzureMonitor"],
  destinationPorts: ["443"],
  ...more,
});
const ruleGroup = (priority: number, ...rules: JsonObject[]): JsonObject => ({
  priority,
  ruleCollections: [
    {
      ruleCollectionType: "FirewallPolicyFilterRuleCollection",
      name: "allow",
      priority: 100,
      action: { type: "Allow" },
      rules,
    },
  ],
});

describe("a firewall", () => {
  const network = () => id("virtualNetworks", "vnet-fw");
  const address = () => id("publicIPAddresses", "pip-fw");
  const policy = () => id("firewallPolicies", "afwp-standard");
  const configuration = (subnetName = "AzureFirewallSubnet") => ({
    name: "outside",
    properties: { subnet: { id: `${network()}/subnets/${subnetName}` }, publicIPAddress: { id: address() } },
  });
  const firewall = (more: JsonObject = {}): JsonObject => ({
    sku: { name: "AZFW_VNet", tier: "Standard" },
    firewallPolicy: { id: policy() },
    ipConfigurations: [configuration()],
    ...more,
  });

  beforeAll(async () => {
    const ranges = ["AzureFirewallSubnet", "AzureFirewallManagementSubnet", "other"].map((name, at) =>
      subnet(name, `10.39.${at}.0/26`),
    );
    await made(network(), space("10.39.0.0/16", ranges));
    await made(address(), { publicIPAllocationMethod: "Static" }, { location: "eastus", sku: { name: "Standard" } });
    await made(policy(), { sku: { tier: "Standard" } });
  });

  test.each<[string, () => JsonObject, string]>([
    ["no configuration", () => firewall({ ipConfigurations: [] }), "AzureFirewallIpConfigurationMissing"],
    [
      "a subnet of another name",
      () => firewall({ ipConfigurations: [configuration("other")] }),
      "AzureFirewallSubnetNameInvalid",
    ],
    [
      "a tier that is not its policy's",
      () => firewall({ sku: { name: "AZFW_VNet", tier: "Premium" } }),
      "FirewallPolicyTierMismatch",
    ],
    [
      "Basic without a management configuration",
      () => ({ sku: { tier: "Basic" }, ipConfigurations: [configuration()] }),
      "AzureFirewallManagementIpConfigurationMissing",
    ],
    [
      "no public address",
      () =>
        firewall({
          ipConfigurations: [{ name: "a", properties: { subnet: { id: `${network()}/subnets/AzureFirewallSubnet` } } }],
        }),
      "AzureFirewallPublicIPMissing",
    ],
    ["a hub of Virtual WAN", () => firewall({ sku: { name: "AZFW_Hub", tier: "Standard" } }), "FeatureNotSupported"],
  ])("refuses %s", async (_, properties, code) => {
    expect(await put("azureFirewalls", "bad", properties())).toMatchObject({ status: 400, code });
  });

  test("takes the first free address of its subnet, and holds subnet, address and policy", async () => {
    const own = id("azureFirewalls", "afw");
    const { properties } = await made(own, firewall());

    expect(properties).toMatchObject({ ipConfigurations: [{ properties: { privateIPAddress: "10.39.0.4" } }] });
    for (const [held, code] of [
      [address(), "PublicIPAddressCannotBeDeleted"],
      [policy(), "FirewallPolicyInUse"],
      [`${network()}/subnets/AzureFirewallSubnet`, "InUseSubnetCannotBeDeleted"],
    ] as const)
      expect(await cloud.ask("DELETE", held, { apiVersion: VERSIONS.network })).toMatchObject({ status: 400, code });
    expect(await put("azureFirewalls", "second", firewall())).toMatchObject({ code: "AzureFirewallSubnetInUse" });
    expect(await get(policy())).toMatchObject({ properties: { firewalls: [{ id: own }] } });
  });

  test("its subnet has a least size and takes no security group", async () => {
    await made(id("networkSecurityGroups", "nsg"), { securityRules: [] });
    const guarded = { networkSecurityGroup: { id: id("networkSecurityGroups", "nsg") } };

    expect(
      await put("virtualNetworks", "small", space("10.50.0.0/16", [subnet("AzureFirewallSubnet", "10.50.0.0/27")])),
    ).toMatchObject({ code: "NetcfgInvalidSubnet" });
    expect(
      await put("virtualNetworks", "guarded", space("10.50.0.0/16", [subnet("AzureFirewallSubnet", "10.50.0.0/26", guarded)])),
    ).toMatchObject({ code: "NetworkSecurityGroupNotAllowedOnFirewallSubnet" });
  });
});

describe("a firewall policy", () => {
  test.each<[string, JsonObject, string]>([
    ["a DNS proxy", { dnsSettings: { enableProxy: true } }, "FirewallPolicyFeatureNotSupportedByTier"],
    ["denial of bad addresses", { threatIntelMode: "Deny" }, "FirewallPolicyFeatureNotSupportedByTier"],
    ["intrusion detection", { intrusionDetection: { mode: "Alert" } }, "FirewallPolicyFeatureNotSupportedByTier"],
  ])("of tier Basic has no %s", async (_, properties, code) => {
    expect(await put("firewallPolicies", "basic", { sku: { tier: "Basic" }, ...properties })).toMatchObject({
      status: 400,
      code,
    });
  });

  describe("takes rules that can be, and refuses", () => {
    const policy = () => id("firewallPolicies", "afwp-rules");
    const putGroup = (name: string, properties: JsonObject) =>
      outcome(cloud, `${policy()}/ruleCollectionGroups/${name}`, { properties }, VERSIONS.network);
    beforeAll(() => made(policy(), { sku: { tier: "Standard" } }));

    test.each<[string, JsonObject, string]>([
      ["a priority out of range", ruleGroup(99), "FirewallPolicyRuleCollectionGroupInvalidPriority"],
      [
        "names and addresses in one collection",
        ruleGroup(200, names(["a.example"]), addresses()),
        "FirewallPolicyMixedRuleTypes",
      ],
      ["two rules of one name", ruleGroup(200, names(["a.example"]), names(["b.example"])), "FirewallPolicyRulesWithSameName"],
      [
        "names and tags in one rule",
        ruleGroup(200, names(["a"], { fqdnTags: ["AzureKubernetesService"] })),
        "FirewallPolicyRuleInvalid",
      ],
      ["an unknown tag", ruleGroup(200, names([], { fqdnTags: ["Kubernetes"] })), "FirewallPolicyRuleInvalid"],
      ["an asterisk inside of a name", ruleGroup(200, names(["a*.example"])), "FirewallPolicyRuleInvalid"],
      ["a rule without sources", ruleGroup(200, names(["a.example"], { sourceAddresses: [] })), "FirewallPolicyRuleInvalid"],
      ["a port that is none", ruleGroup(200, addresses({ destinationPorts: ["0"] })), "FirewallPolicyRuleInvalid"],
      [
        "names in a rule of addresses without a DNS proxy",
        ruleGroup(200, addresses({ destinationAddresses: [], destinationFqdns: ["time.example"] })),
        "FirewallPolicyDnsProxyNotEnabled",
      ],
    ])("%s", async (_, properties, code) => {
      expect(await putGroup("bad", properties)).toMatchObject({ status: 400, code });
    });

    test("a second group of one priority, and a write while another group is being written", async () => {
      const { resources, system } = cloud.host;
      const both = await Promise.allSettled(
        ["one", "two"].map((name, at) =>
          resources.put(
            `${policy()}/ruleCollectionGroups/${name}`,
            VERSIONS.network,
            { properties: ruleGroup(300 + at, names(["a.example"])) },
            system,
          ),
        ),
      );

      expect(both).toMatchObject([
        { status: "fulfilled" },
        { status: "rejected", reason: { code: "FirewallPolicyUpdateNotAllowedWhenUpdatingOrDeleting" } },
      ]);
      expect(await putGroup("twin", ruleGroup(300))).toMatchObject({
        code: "FirewallPolicyRuleCollectionGroupsWithSamePriority",
      });
    });
  });

  test("is not written itself while one of its groups is", async () => {
    await using still = await startTestCloud({ providers, clock: "manual" });
    const policy = `${await still.group("rg-still")}/providers/Microsoft.Network/firewallPolicies/afwp`;
    const write = (path: string, body: JsonObject) => still.ask("PUT", path, { body, apiVersion: VERSIONS.network });
    const body = { location: "eastus", properties: { sku: { tier: "Standard" } } };
    await write(policy, body);
    await still.control("POST", "/clock/advance", { ms: 60_000 });
    const group = { properties: ruleGroup(300, names(["a.example"])) };
    expect(await write(`${policy}/ruleCollectionGroups/names`, group)).toMatchObject({ status: 201 });

    expect(await write(policy, body)).toMatchObject({
      status: 409,
      code: "FirewallPolicyUpdateNotAllowedWhenUpdatingOrDeleting",
    });
    await still.control("POST", "/clock/advance", { ms: 60_000 });
    expect(await write(policy, body)).toMatchObject({ status: 200 });
  });
});

describe("a peering", () => {
  const network = (name: string) => id("virtualNetworks", name);
  const peering = (from: string, to: string) =>
    outcome(
      cloud,
      `${network(from)}/virtualNetworkPeerings/to-${to}`,
      { properties: { remoteVirtualNetwork: { id: network(to) } } },
      VERSIONS.network,
    );
  const state = async (from: string, to: string) =>
    ((await get(`${network(from)}/virtualNetworkPeerings/to-${to}`)).properties as JsonObject).peeringState;

  test("is connected once both directions are there, and stays with its network when that is written again", async () => {
    await made(network("spoke"), space("10.60.0.0/16"));
    await made(network("hub"), space("10.61.0.0/16"));
    await peering("spoke", "hub");
    expect(await state("spoke", "hub")).toBe("Initiated");
    await peering("hub", "spoke");
    expect([await state("spoke", "hub"), await state("hub", "spoke")]).toEqual(["Connected", "Connected"]);

    const again = await made(network("spoke"), space("10.60.0.0/16"));
    expect((again.properties as JsonObject).virtualNetworkPeerings).toHaveLength(1);
  });

  test("is refused to itself, to a network that overlaps, and to one that is not there", async () => {
    await made(network("left"), space("10.62.0.0/16"));
    await made(network("right"), space("10.62.128.0/17"));

    expect(await peering("left", "left")).toMatchObject({ code: "VnetPeeringNotAllowedToSelf" });
    expect(await peering("left", "right")).toMatchObject({ code: "VnetAddressSpacesOverlap" });
    expect(await peering("left", "nowhere")).toMatchObject({ code: "InvalidResourceReference" });
  });
});

describe("a cluster that leaves its network through a firewall", () => {
  const REQUIRED = ["*.microsoft.com", "management.azure.com", "login.microsoftonline.com"];

  /** A cluster's network with a firewall, whose rules are given, and a route to `hop`. */
  async function behindFirewall(
    name: string,
    rule: JsonObject | undefined,
    hop = "10.40.9.4",
  ): Promise<{ core: Core; aks: string }> {
    const core = await buildCore(cloud, { name });
    const at = (type: string, own: string) => core.id(`Microsoft.Network/${type}`, own);
    const routes = [
      {
        name: "out",
        properties: { addressPrefix: "0.0.0.0/0", nextHopType: "VirtualAppliance", nextHopIpAddress: hop },
      },
    ];
    await made(at("routeTables", "rt"), { routes });
    const nodes = subnet("nodes", "10.40.0.0/22", { routeTable: { id: at("routeTables", "rt") } });
    await made(at("virtualNetworks", "vnet"), space("10.40.0.0/16", [nodes, subnet("AzureFirewallSubnet", "10.40.9.0/26")]));
    await made(
      at("publicIPAddresses", "pip"),
      { publicIPAllocationMethod: "Static" },
      { location: "eastus", sku: { name: "Standard" } },
    );
    await made(at("firewallPolicies", "policy"), { sku: { tier: "Standard" } });
    if (rule !== undefined)
      await made(`${at("firewallPolicies", "policy")}/ruleCollectionGroups/names`, ruleGroup(200, rule), {});
    await made(at("azureFirewalls", "afw"), {
      sku: { name: "AZFW_VNet", tier: "Standard" },
      firewallPolicy: { id: at("firewallPolicies", "policy") },
      ipConfigurations: [
        {
          name: "outside",
          properties: {
            subnet: { id: `${at("virtualNetworks", "vnet")}/subnets/AzureFirewallSubnet` },
            publicIPAddress: { id: at("publicIPAddresses", "pip") },
          },
        },
      ],
    });
    return { core, aks: core.id("Microsoft.ContainerService/managedClusters", "aks") };
  }

  const create = ({ core, aks }: { core: Core; aks: string }) =>
    outcome(
      cloud,
      aks,
      clusterBody(core, { properties: { networkProfile: { networkPlugin: "azure", outboundType: "userDefinedRouting" } } }),
      VERSIONS.aks,
    );

  test("is made when the rules let its nodes reach what they need, by Microsoft's tag or name by name", async () => {
    const tagged = await behindFirewall("rg-tagged", names([], { targetFqdns: undefined, fqdnTags: ["AzureKubernetesService"] }));
    const named = await behindFirewall("rg-named", names(REQUIRED));

    expect(await create(tagged)).toMatchObject({ status: 201, code: undefined });
    expect(await create(named)).toMatchObject({ status: 201, code: undefined });
  });

  test.each<[string, JsonObject | undefined, string, RegExp]>([
    ["no rules", undefined, "10.40.9.4", /does not let 10\.40\.0\.0\/22 reach mcr\.microsoft\.com/],
    ["rules that lack a name", names(["*.microsoft.com"]), "10.40.9.4", /reach management\.azure\.com/],
    ["rules for another subnet", names(REQUIRED, { sourceAddresses: ["10.40.6.0/24"] }), "10.40.9.4", /reach mcr/],
    ["a route to an address where nothing answers", names(REQUIRED), "10.40.9.5", /nothing answers at 10\.40\.9\.5/],
    ["a route out of every network that it reaches", names(REQUIRED), "10.39.0.4", /neither in its network nor in one/],
  ])("fails with %s", async (name, rule, hop, message) => {
    const failed = await create(await behindFirewall(`rg-${name.replaceAll(" ", "-")}`, rule, hop));

    expect(failed).toMatchObject({
      code: "VMExtensionError_OutboundConnFail",
      message: expect.stringMatching(message) as unknown,
    });
  });

  test("is refused at once when its subnet has no route out", async () => {
    const core = await buildCore(cloud, { name: "rg-no-route" });

    expect(await create({ core, aks: core.id("Microsoft.ContainerService/managedClusters", "aks") })).toMatchObject({
      status: 400,
      code: "ExistingRouteTableNotAssociatedWithSubnet",
    });
  });

  test("goes through an appliance of a hub once the peering is connected", async () => {
    const hub = await cloud.group("rg-hub");
    const hubNetwork = `${hub}/providers/Microsoft.Network/virtualNetworks/vnet-hub`;
    await made(hubNetwork, space("10.39.0.0/22"));
    const spoke = await behindFirewall("rg-spoke", names(REQUIRED), "10.39.0.4");
    const network = spoke.core.id("Microsoft.Network/virtualNetworks", "vnet");
    const peer = (from: string, to: string) =>
      made(`${from}/virtualNetworkPeerings/peering`, { remoteVirtualNetwork: { id: to }, allowForwardedTraffic: true }, {});
    await peer(network, hubNetwork);

    expect(await create(spoke)).toMatchObject({ code: "VMExtensionError_OutboundConnFail" });
    await peer(hubNetwork, network);
    expect(await create(spoke)).toMatchObject({ code: undefined });
  });
});
