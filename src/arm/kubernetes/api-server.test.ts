import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { rootCertificates } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestCloud, type TestCloud } from "../../cloud/testing.ts";
import type { ArmClient } from "../index.ts";
import { openApiServer } from "./api-server.ts";

let cloud: TestCloud;

beforeAll(async () => {
  cloud = await startTestCloud();
});

afterAll(() => cloud.close());

/** A cluster of which Azure says that its API server is there. This process itself does not trust the cloud's authority. */
function at(server: string, { ca, proxy = cloud.cloud.proxy }: { readonly ca?: string; readonly proxy?: string } = {}) {
  const cluster = { server, ...(ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") }) };
  const kubeconfig = JSON.stringify({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c" } }],
    clusters: [{ name: "c", cluster }],
  });
  const credential = {
    getToken: async (scope: string | string[]) => ({
      token: await cloud.token([scope].flat()[0]?.replace("/.default", "")),
      expiresOnTimestamp: Date.now() + 3_600_000,
    }),
  };
  const client = {
    connection: { credential, proxy },
    post: async () => ({ kubeconfigs: [{ value: Buffer.from(kubeconfig).toString("base64") }] }),
    // All that opening an API server asks of it.
  } as unknown as ArmClient;
  return openApiServer(client, { id: "/clusters/aks", name: "aks", way: "api-server" });
}

/** What the cloud's origin tells anybody. */
const PUBLIC = "/metadata/endpoints?api-version=2022-09-01";

test("a server is known by the authority that the kubeconfig names, also behind a proxy", async () => {
  const server = await at(cloud.cloud.endpoints.arm, { ca: readFileSync(cloud.cloud.caFile, "utf8") });

  expect(await server.find(PUBLIC, "anything")).toHaveProperty("authentication");
});

test.each([
  ["another authority", rootCertificates[0]],
  ["nobody", undefined],
])("a server that %s vouches for gets no token", async (_, ca) => {
  const server = await at(cloud.cloud.endpoints.arm, ca === undefined ? {} : { ca });

  await expect(server.find(PUBLIC, "anything")).rejects.toMatchObject({
    code: "kubernetes.unreachable",
    message: expect.stringMatching(/^the API server of aks is not reached: unable to verify/) as string,
  });
});

test("the way leads through the proxy of the connection, and its end is one clear line", async () => {
  const asked: string[] = [];
  const proxy = createServer((socket) =>
    socket.once("data", (head) => {
      asked.push(head.toString().split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    }),
  ).listen(0, "127.0.0.1");
  await new Promise((resolve) => proxy.once("listening", resolve));
  const { port } = proxy.address() as AddressInfo;
  const server = await at("https://mlops.hcp.eastus.azmk8s.io", { proxy: `http://127.0.0.1:${port}` });

  await expect(server.find("/api/v1", "anything")).rejects.toMatchObject({
    code: "kubernetes.unreachable",
    hint: expect.stringContaining("apiServerAllowedRanges") as string,
  });
  expect(asked[0]).toBe("CONNECT mlops.hcp.eastus.azmk8s.io:443 HTTP/1.1");
  proxy.close();
});
