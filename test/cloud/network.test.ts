import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { objectsAt, textAt, textsAt } from "../../src/cloud/providers/common/body.ts";
import { providers } from "../../src/cloud/providers/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { outcome, VERSIONS } from "./core.ts";

let cloud: TestCloud;
let group: string;

beforeAll(async () => {
  cloud = await startTestCloud({ providers });
  group = await cloud.group("rg-net");
});

afterAll(() => cloud.close());

const id = (type: string, name: string) => `${group}/providers/Microsoft.Network/${type}/${name}`;
const put = (type: string, name: string, body: JsonObject, version: string = VERSIONS.network) =>
  outcome(cloud, id(type, name), body, version);
const get = async (path: string, version: string = VERSIONS.network) =>
  (await cloud.ask("GET", path, { apiVersion: version })).json;
const vnet = (subnets: Record<string, JsonObject | string> | undefined, prefixes = ["10.0.0.0/16"]): JsonObject => ({
  location: "eastus",
  properties: {
    addressSpace: { addressPrefixes: prefixes },
    ...(subnets === undefined
      ? {}
      : {
          subnets: Object.entries(subnets).map(([name, value]) => ({
            name,
            properties: typeof value === "string" ? { addressPrefix: value } : value,
          })),
        }),
  },
});
const subnetNames = (network: JsonObject) => ((network.properties as JsonObject).subnets as JsonObject[]).map(({ name }) => name);

describe("a virtual network", () => {
  test("makes its inline subnets as resources of their own", async () => {
    await cloud.put(id("virtualNetworks", "inline"), vnet({ a: "10.0.0.0/24", b: "10.0.1.0/24" }), VERSIONS.network);

    const subnet = await get(`${id("virtualNetworks", "inline")}/subnets/a`);
    expect(subnet).toMatchObject({
      name: "a",
      properties: { addressPrefix: "10.0.0.0/24", provisioningState: "Succeeded", privateEndpointNetworkPolicies: "Disabled" },
    });
    const list = await get(`${id("virtualNetworks", "inline")}/subnets`);
    expect((list.value as JsonObject[]).map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("shows a subnet that was made on its own, and drops it when a later PUT lists the others only", async () => {
    const network = id("virtualNetworks", "mixed");
    await cloud.put(network, vnet({ a: "10.0.0.0/24" }), VERSIONS.network);
    await cloud.put(`${network}/subnets/b`, { properties: { addressPrefix: "10.0.1.0/24" } }, VERSIONS.network);
    expect(subnetNames(await get(network))).toEqual(["a", "b"]);

    expect(subnetNames(await cloud.put(network, vnet(undefined), VERSIONS.network))).toEqual(["a", "b"]);
    expect(subnetNames(await cloud.put(network, vnet({ a: "10.0.0.0/24" }), VERSIONS.network))).toEqual(["a"]);
    expect((await cloud.ask("GET", `${network}/subnets/b`, { apiVersion: VERSIONS.network })).status).toBe(404);
  });

  test.each<[string, JsonObject, string]>([
    ["a subnet outside of it", vnet({ a: "10.1.0.0/24" }), "NetcfgInvalidSubnet"],
    ["subnets that overlap", vnet({ a: "10.0.0.0/24", b: "10.0.0.128/25" }), "NetcfgSubnetRangesOverlap"],
    ["a range with host bits", vnet({ a: "10.0.0.1/24" }), "InvalidCIDRNotation"],
    ["text that is no range", vnet({ a: "ten" }), "InvalidAddressPrefixFormat"],
    ["two subnets of one name", vnet({ a: "10.0.0.0/24", A: "10.0.1.0/24" }), "DuplicateResourceName"],
    ["a bastion subnet that is too small", vnet({ AzureBastionSubnet: "10.0.0.0/27" }), "NetcfgInvalidSubnet"],
    ["no address space", vnet({}, []), "InvalidRequestFormat"],
    [
      "a security group that does not exist",
      vnet({
        a: {
          addressPrefix: "10.0.0.0/24",
          networkSecurityGroup: { id: "/subscriptions/0/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/no" },
        },
      }),
      "InvalidResourceReference",
    ],
  ])("refuses %s", async (_, body, code) => {
    expect(await put("virtualNetworks", "bad", body)).toMatchObject({ status: 400, code });
  });

  test("takes one write at a time", async () => {
    const network = id("virtualNetworks", "serial");
    await cloud.put(network, vnet({}), VERSIONS.network);
    const { resources, system } = cloud.host;

    const outcomes = await Promise.allSettled(
      ["10.0.0.0/24", "10.0.1.0/24"].map((addressPrefix, at) =>
        resources.put(`${network}/subnets/s${at}`, VERSIONS.network, { properties: { addressPrefix } }, system),
      ),
    );

    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "AnotherOperationInProgress" } },
    ]);
  });
});

describe("a network security group", () => {
  const rule = (name: string, properties: JsonObject = {}): JsonObject => ({
    name,
    properties: {
      priority: 100,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "VirtualNetwork",
      destinationPortRange: "443",
      ...properties,
    },
  });
  const nsg = (...rules: JsonObject[]): JsonObject => ({ location: "eastus", properties: { securityRules: rules } });

  test("shows Azure's default rules and the subnets that it guards, and cannot be deleted while it does", async () => {
    const group = id("networkSecurityGroups", "guard");
    await cloud.put(group, nsg(rule("https")), VERSIONS.network);
    await cloud.put(
      id("virtualNetworks", "guarded"),
      vnet({ a: { addressPrefix: "10.0.0.0/24", networkSecurityGroup: { id: group } } }),
      VERSIONS.network,
    );

    const { properties } = await get(group);
    expect(properties).toMatchObject({ subnets: [{ id: `${id("virtualNetworks", "guarded")}/subnets/a` }] });
    expect((properties as JsonObject).defaultSecurityRules).toHaveLength(6);
    expect(await cloud.ask("DELETE", group, { apiVersion: VERSIONS.network })).toMatchObject({
      status: 400,
      code: "InUseNetworkSecurityGroupCannotBeDeleted",
    });
  });

  test.each<[string, JsonObject, string]>([
    ["two rules of one priority and direction", nsg(rule("a"), rule("b")), "SecurityRuleConflict"],
    ["a priority out of range", nsg(rule("a", { priority: 99 })), "SecurityRuleInvalidPriority"],
    ["a port range that is backwards", nsg(rule("a", { destinationPortRange: "90-80" })), "SecurityRuleInvalidPortRange"],
    ["an address that is none", nsg(rule("a", { sourceAddressPrefix: "10.0.0.300" })), "SecurityRuleInvalidAddressPrefix"],
    ["the singular and the plural at once", nsg(rule("a", { destinationPortRanges: ["80"] })), "SecurityRuleParametersConflict"],
    ["no port", nsg(rule("a", { destinationPortRange: "" })), "SecurityRuleParameterMissing"],
  ])("refuses %s", async (_, body, code) => {
    expect(await put("networkSecurityGroups", "bad", body)).toMatchObject({ status: 400, code });
  });
});

test("public addresses are all different", async () => {
  const { resources, system } = cloud.host;
  const body = { location: "eastus", sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } };
  const made = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      resources.put(id("publicIPAddresses", `pip-many-${at}`), VERSIONS.network, body, system),
    ),
  );

  const addresses = made.map((address) => textAt(address, "properties.ipAddress") ?? "");
  expect(new Set(addresses).size).toBe(60);
  expect(addresses.filter((address) => !/^203\.0\.113\.[1-9]\d{0,2}$/.test(address))).toEqual([]);
});

test("a NAT gateway needs an address of its own SKU, and no zones with StandardV2", async () => {
  const address = id("publicIPAddresses", "pip");
  await cloud.put(
    address,
    { location: "eastus", sku: { name: "Standard" }, properties: { publicIPAllocationMethod: "Static" } },
    VERSIONS.network,
  );
  const gateway = (sku: string, more: JsonObject = {}): JsonObject => ({
    location: "eastus",
    sku: { name: sku },
    properties: { publicIpAddresses: [{ id: address }] },
    ...more,
  });

  expect(await put("natGateways", "nat", gateway("StandardV2"))).toMatchObject({ code: "NatGatewaySkuMismatch" });
  expect(await put("natGateways", "nat", gateway("StandardV2", { zones: ["1"] }))).toMatchObject({
    code: "NatGatewayZonesNotSupported",
  });
  expect(await put("natGateways", "nat", gateway("Standard"))).toMatchObject({ status: 201, code: undefined });
  expect(await cloud.ask("DELETE", address, { apiVersion: VERSIONS.network })).toMatchObject({
    code: "PublicIPAddressCannotBeDeleted",
  });
});

describe("private link", () => {
  const ZONE = "privatelink.vaultcore.azure.net";
  const DNS = "2024-06-01";

  test("an endpoint takes an address of its subnet, and its zone group writes it into the zone", async () => {
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-private-link`;
    await cloud.put(
      vault,
      { location: "eastus", properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" } } },
      "2026-02-01",
    );
    const network = id("virtualNetworks", "private");
    await cloud.put(network, vnet({ pe: "10.0.5.0/24" }), VERSIONS.network);
    const zone = id("privateDnsZones", ZONE);
    await cloud.put(zone, { location: "global" }, DNS);
    await cloud.put(
      `${zone}/virtualNetworkLinks/link`,
      { location: "global", properties: { registrationEnabled: false, virtualNetwork: { id: network } } },
      DNS,
    );
    const endpoint = id("privateEndpoints", "pe-kv");
    await cloud.put(
      endpoint,
      {
        location: "eastus",
        properties: {
          subnet: { id: `${network}/subnets/pe` },
          privateLinkServiceConnections: [{ name: "kv", properties: { privateLinkServiceId: vault, groupIds: ["vault"] } }],
        },
      },
      VERSIONS.network,
    );
    await cloud.put(
      `${endpoint}/privateDnsZoneGroups/default`,
      { properties: { privateDnsZoneConfigs: [{ name: "vault", properties: { privateDnsZoneId: zone } }] } },
      VERSIONS.network,
    );

    const { properties } = await get(endpoint);
    expect(properties).toMatchObject({
      customDnsConfigs: [{ fqdn: expect.stringMatching(/^kv-private-link\./), ipAddresses: ["10.0.5.4"] }],
      privateLinkServiceConnections: [{ properties: { privateLinkServiceConnectionState: { status: "Approved" } } }],
    });
    const record = await get(`${zone}/A/kv-private-link`, DNS);
    expect(record.properties).toMatchObject({ aRecords: [{ ipv4Address: "10.0.5.4" }], fqdn: `kv-private-link.${ZONE}.` });
    expect(await get(zone, DNS)).toMatchObject({ properties: { numberOfRecordSets: 2, numberOfVirtualNetworkLinks: 1 } });

    expect(await cloud.ask("DELETE", zone, { apiVersion: DNS })).toMatchObject({ status: 409, code: "CannotDeleteResource" });
    await cloud.settle(await cloud.ask("DELETE", `${endpoint}/privateDnsZoneGroups/default`, { apiVersion: VERSIONS.network }));
    expect((await cloud.ask("GET", `${zone}/A/kv-private-link`, { apiVersion: DNS })).status).toBe(404);
  });

  test("endpoints that are made at the same time have addresses of their own", async () => {
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-many-links`;
    await cloud.put(
      vault,
      { location: "eastus", properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" } } },
      "2026-02-01",
    );
    await cloud.put(id("virtualNetworks", "many"), vnet({ pe: "10.0.5.0/24" }), VERSIONS.network);
    const body = {
      location: "eastus",
      properties: {
        subnet: { id: `${id("virtualNetworks", "many")}/subnets/pe` },
        privateLinkServiceConnections: [{ name: "c", properties: { privateLinkServiceId: vault, groupIds: ["vault"] } }],
      },
    };
    const { resources, system } = cloud.host;

    // As a deployment makes what depends on nothing of each other.
    const made = await Promise.all(
      [1, 2, 3, 4].map((at) => resources.put(id("privateEndpoints", `pe-many-${at}`), VERSIONS.network, body, system)),
    );
    const addresses = made
      .flatMap((endpoint) => objectsAt(endpoint, "properties.customDnsConfigs"))
      .flatMap((config) => textsAt(config, "ipAddresses"));
    expect(addresses.toSorted()).toEqual(["10.0.5.4", "10.0.5.5", "10.0.5.6", "10.0.5.7"]);
  });

  test("a sub-resource that the target does not have, and a target that is not there, are refused", async () => {
    await cloud.put(id("virtualNetworks", "pe"), vnet({ pe: "10.0.5.0/24" }), VERSIONS.network);
    const endpoint = (target: string, groupId: string): JsonObject => ({
      location: "eastus",
      properties: {
        subnet: { id: `${id("virtualNetworks", "pe")}/subnets/pe` },
        privateLinkServiceConnections: [{ name: "c", properties: { privateLinkServiceId: target, groupIds: [groupId] } }],
      },
    });
    const vault = `${group}/providers/Microsoft.KeyVault/vaults/kv-other`;
    expect(await put("privateEndpoints", "bad", endpoint(vault, "vault"))).toMatchObject({
      status: 404,
      code: "PrivateLinkServiceNotFound",
    });
    await cloud.put(
      vault,
      { location: "eastus", properties: { tenantId: cloud.cloud.tenantId, sku: { family: "A", name: "standard" } } },
      "2026-02-01",
    );
    expect(await put("privateEndpoints", "bad", endpoint(vault, "blob"))).toMatchObject({ status: 400, code: "InvalidGroupId" });
  });

  test("a network is linked to one zone of a name, and zones are global", async () => {
    await cloud.put(id("virtualNetworks", "linked"), vnet({}), VERSIONS.network);
    const zone = id("privateDnsZones", "privatelink.azurecr.io");
    const link = {
      location: "global",
      properties: { registrationEnabled: false, virtualNetwork: { id: id("virtualNetworks", "linked") } },
    };
    await cloud.put(zone, { location: "global" }, DNS);
    await cloud.put(`${zone}/virtualNetworkLinks/one`, link, DNS);

    expect(await outcome(cloud, `${zone}/virtualNetworkLinks/two`, link, DNS)).toMatchObject({ status: 409, code: "Conflict" });
    expect(await put("privateDnsZones", "other.example", { location: "eastus" }, DNS)).toMatchObject({
      status: 400,
      code: "LocationNotAvailableForResourceType",
    });
  });
});
