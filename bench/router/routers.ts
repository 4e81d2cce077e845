import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ChildMessage } from "../../src/serve/protocol.ts";
import { CORES, type Pinned, startPinned } from "../load/pinned.ts";
import { ROOT } from "../load/tools.ts";

export const KEY = "the-key";
export const PATH = "/api/v1/endpoint/e/score";

/** Deployments by name: percent and the ports of their instances. */
export type Deployments = Readonly<Record<string, { readonly percent: number; readonly port: number }>>;

export interface RouterCase {
  readonly name: string;
  start(options: StartOptions): Promise<Pinned>;
}

export interface StartOptions {
  readonly port: number;
  readonly deployments: Deployments;
  /** For configuration and process ids. */
  readonly folder: string;
  /** Where Debian's packages are unpacked. */
  readonly debian: string;
}

export const QUAYSIDE: RouterCase = {
  name: "quayside",
  async start({ port, deployments }) {
    const argv = [process.execPath, join(ROOT, "src", "serve", "router-main.ts"), "--port", String(port)];
    const router = startPinned({ argv, core: CORES.measured, ipc: true });
    const told = (type: string) =>
      new Promise<void>((resolve) => {
        router.process.on("message", (message: ChildMessage) => {
          if (message.type === type) resolve();
        });
      });
    const applied = told("applied");
    await told("ready");
    router.process.send({
      type: "routes",
      version: 1,
      endpoints: [
        {
          name: "e",
          credentials: [{ sha256: createHash("sha256").update(KEY).digest("hex") }],
          deployments: Object.entries(deployments).map(([name, { percent, port: upstream }]) => ({
            name,
            weight: percent,
            instances: [`http://127.0.0.1:${upstream}`],
            model: { name: "iris", version: "1" },
            requestTimeoutMs: 5_000,
          })),
        },
      ],
    });
    await applied;
    return router;
  },
};

/** One worker process; a connection to an instance is used again, as in its manual's section on keep-alive upstreams. */
export const NGINX: RouterCase = {
  name: "nginx",
  async start({ port, deployments, folder, debian }) {
    const names = Object.entries(deployments);
    const shares = names.map(([name, { percent }], at) => `${at === names.length - 1 ? "*" : `${percent}%`} ${name};`);
    const upstreams = names.map(([name, { port: to }]) => `upstream ${name} { server 127.0.0.1:${to}; keepalive 64; }`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${folder}/${kind};`);
    const file = join(folder, "nginx.conf");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000000; ${temporary.join(" ")}
  split_clients "$request_id" $deployment { ${shares.join(" ")} }
  ${upstreams.join("\n  ")}
  server {
    listen 127.0.0.1:${port};
    location ${PATH} {
      if ($http_authorization != "Bearer ${KEY}") { return 401; }
      proxy_pass http://$deployment/score;
      proxy_http_version 1.1;
      proxy_set_header connection "";
      proxy_set_header x-request-id $request_id;
      add_header azureml-model-deployment $deployment;
    }
  }
}
`,
    );
    return startPinned({ argv: [join(debian, "usr/sbin/nginx"), "-p", folder, "-c", file], core: CORES.measured });
  },
};

/** One thread; connections to instances are shared (`http-reuse always`). */
export const HAPROXY: RouterCase = {
  name: "HAProxy",
  async start({ port, deployments, folder, debian }) {
    const servers = Object.entries(deployments).map(
      ([name, { percent, port: to }]) => `  server ${name} 127.0.0.1:${to} weight ${percent}`,
    );
    const file = join(folder, "haproxy.cfg");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      file,
      `global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 75s
  timeout server 5s
  retries 1
frontend callers
  bind 127.0.0.1:${port}
  http-request deny deny_status 401 unless { req.hdr(authorization) -m str "Bearer ${KEY}" }
  http-request set-path /score
  unique-id-format %{+X}o%ci%cp%Ts%rt
  unique-id-header x-request-id
  default_backend e
backend e
  balance roundrobin
  http-reuse always
  http-response set-header azureml-model-deployment %s
${servers.join("\n")}
`,
    );
    const libraries = ["usr/lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu"].map((path) => join(debian, path)).join(":");
    return startPinned({
      argv: [join(debian, "usr/sbin/haproxy"), "-db", "-f", file],
      core: CORES.measured,
      env: { LD_LIBRARY_PATH: libraries },
    });
  },
};
