import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:http";
import { connect as connectPlain } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCloud } from "../start.ts";
import { startTestCloud, type TestCloud } from "../testing.ts";
import { listen } from "./listen.ts";

let t: TestCloud;
const seen: string[] = [];
beforeAll(async () => {
  t = await startTestCloud({
    providers: [
      () => ({
        namespace: "Toy.Plane",
        types: [],
        planes: [
          {
            name: "toy",
            matches: (host) => host.endsWith(".vault.rehearsal.test"),
            handle: (incoming, response) => {
              seen.push(incoming.headers.host ?? "");
              response.end("from the plane");
            },
          },
        ],
      }),
    ],
  });
});
afterAll(() => t.close());

/** A GET of `https://{host}/` through the proxy; the proxy's own answer when it makes no tunnel. */
function throughProxy(authority: string): Promise<{ tunnel: number; text: string }> {
  const proxy = new URL(t.cloud.proxy);
  const host = authority.replace(/:\d+$/, "");
  return new Promise((resolve, reject) => {
    const asked = request({ host: proxy.hostname, port: proxy.port, method: "CONNECT", path: authority });
    asked.on("error", reject);
    asked.on("connect", (response, socket, head) => {
      if (response.statusCode !== 200) {
        socket.end();
        return resolve({ tunnel: response.statusCode ?? 0, text: head.toString("utf8") });
      }
      const secure = connect({ socket, servername: host, ca: readFileSync(t.cloud.caFile, "utf8") }, () => {
        secure.write(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      });
      let text = "";
      secure.setEncoding("utf8");
      secure.on("data", (chunk: string) => {
        text += chunk;
      });
      secure.on("end", () => resolve({ tunnel: 200, text }));
      secure.on("error", reject);
    });
    asked.end();
  });
}

test("the proxy leads the rehearsal's hosts to their plane over verified TLS", async () => {
  expect((await throughProxy("kv1.vault.rehearsal.test:443")).text).toContain("from the plane");
  expect(seen).toEqual(["kv1.vault.rehearsal.test"]);
});

test("the proxy leads localhost to ARM on its own port and on 443, and to no other port", async () => {
  const { port } = new URL(t.cloud.endpoints.arm);
  expect((await throughProxy(`localhost:${port}`)).text).toContain("AuthenticationFailed");
  expect((await throughProxy("localhost:443")).text).toContain("AuthenticationFailed");
  expect((await throughProxy("localhost:22")).tunnel).toBe(403);
});

test.each(["management.azure.com:443", "rehearsal.test.example.com:443", "10.0.0.1:443"])(
  "the proxy refuses %s",
  async (authority) => {
    expect((await throughProxy(authority)).tunnel).toBe(403);
  },
);

test("the proxy makes tunnels only", async () => {
  expect((await fetch(`${t.cloud.proxy}/`)).status).toBe(405);
});

test("a rehearsal host that nobody serves is said to be nobody's", async () => {
  expect((await throughProxy("acr1.azurecr.rehearsal.test:443")).text).toContain("HostNotFound");
});

test("the same routes answer without TLS", async () => {
  const answer = await fetch(`${t.cloud.http}/subscriptions?api-version=2022-12-01`, {
    headers: { authorization: `Bearer ${await t.token()}` },
  });
  expect(((await answer.json()) as { value: unknown[] }).value).toHaveLength(1);
});

test("every answer tells its request and correlation ids", async () => {
  const headers = {
    "x-ms-correlation-request-id": "c-1",
    "x-ms-client-request-id": "r-1",
    "x-ms-return-client-request-id": "true",
  };
  const answer = await t.ask("GET", "/subscriptions", { headers });

  expect(answer.headers.get("x-ms-correlation-request-id")).toBe("c-1");
  expect(answer.headers.get("x-ms-client-request-id")).toBe("r-1");
  expect(answer.headers.get("x-ms-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(Number(answer.headers.get("x-ms-ratelimit-remaining-subscription-reads"))).toBeGreaterThan(0);
});

test("a body above 4 MiB is refused", async () => {
  const answer = await t.ask("PUT", `${t.subscription}/resourceGroups/big`, { body: "x".repeat(4 * 1024 * 1024 + 1) });
  expect([answer.status, answer.code]).toEqual([413, "RequestContentTooLarge"]);
});

test("a path that is not percent-encoded UTF-8 is refused", async () => {
  expect((await t.ask("GET", "/subscriptions/%E0%A4%A")).code).toBe("InvalidRequestUri");
});

test("a port that is taken is named", async () => {
  const other = createServer();
  const port = await listen(other, 0, "a test");
  const runtime = { modelServer: [], router: [], environmentRoot: "." };

  await expect(startCloud({ stateDir: `${t.stateDir}/second`, proxyPort: port, runtime, providers: [] })).rejects.toMatchObject({
    code: "cloud.port-in-use",
    message: `port ${port} for the proxy is taken by another process`,
  });
  other.close();
});

test("a client that gave its handshake up through the proxy does not keep the cloud from closing", async () => {
  const { cloud } = await startTestCloud();
  const proxy = new URL(cloud.proxy);
  const host = new URL(cloud.endpoints.arm).host;
  const socket = connectPlain(Number(proxy.port), proxy.hostname, () =>
    socket.write(`CONNECT ${host} HTTP/1.1\r\nhost: ${host}\r\n\r\n`),
  );
  await once(socket, "data");
  // The first bytes of a TLS record, and then nothing any more.
  socket.write(Buffer.from([0x16, 0x03, 0x01, 0x02]));

  const closed = once(socket, "close");
  await cloud.close();
  await closed;

  expect(socket.destroyed).toBe(true);
}, 15_000);
