/**
 * The router beside nginx and HAProxy, each on one core: `npm run bench:router`, `-- --quick` for a look. Unpacks the others from Debian's
 * packages into `.tools/`. Needs Linux with two cores.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openConnection, type RequestShape, requestBytes } from "../load/connection.ts";
import { CORES, type Pinned, startPinned } from "../load/pinned.ts";
import { circumstances, describe, publish, table } from "../load/publish.ts";
import { round } from "../load/samples.ts";
import { measureRounds, type Plan, summary, type Target, untilReady } from "../load/session.ts";
import { ensureDebian, ROOT } from "../load/tools.ts";
import { HAPROXY, KEY, NGINX, PATH, QUAYSIDE, type RouterCase } from "./routers.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const PLAN: Plan = values.quick
  ? {
      repeats: 2,
      connections: 32,
      closedSeconds: 1,
      openSeconds: 1,
      openRates: [1_000, 3_000],
      warmUpSeconds: { first: 15, each: 0.5 },
    }
  : {
      repeats: 5,
      connections: 32,
      closedSeconds: 3,
      openSeconds: 4,
      openRates: [1_000, 3_000],
      warmUpSeconds: { first: 30, each: 1 },
    };
const PACKAGES = ["nginx", "haproxy", "liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"];
const ANSWER = '{"predictions":[1],"probabilities":[[0.0055,0.8126,0.1819]]}';
const PORTS = { direct: 21_000, blue: 21_001, green: 21_002, routers: 21_010 };
const deployments = { blue: { percent: 90, port: PORTS.blue }, green: { percent: 10, port: PORTS.green } };
const request: RequestShape = {
  path: PATH,
  headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
  body: '{"data":[[6.0,2.7,5.1,1.6]]}',
};
const say = (line: string) => console.error(line);

const around = circumstances();
const missing: { name: string; error: string }[] = [];
const targets: Target[] = [];
await using running = new AsyncDisposableStack();
const instance = (port: number, core: number): Pinned => {
  const hello = join(import.meta.dirname, "..", "load", "hello.ts");
  return running.use(startPinned({ argv: [process.execPath, hello, ANSWER, String(port)], core }));
};
instance(PORTS.blue, CORES.load);
instance(PORTS.green, CORES.load);
await add("direct", PORTS.direct, async () => instance(PORTS.direct, CORES.measured));
await addRouter(QUAYSIDE, PORTS.routers, "");
const debian = await ensureDebian(PACKAGES);
for (const [at, router] of [NGINX, HAPROXY].entries()) {
  if ("error" in debian) missing.push({ name: router.name, error: debian.error });
  else await addRouter(router, PORTS.routers + 1 + at, debian.folder);
}

const runs = await measureRounds(targets, PLAN, say);
const results = targets.map((target) => ({
  router: target.name,
  readyMs: target.readyMs,
  residentMiB: round(target.process.residentMiB(), 1),
  ...summary(runs.get(target) ?? [], PLAN.openRates),
  runs: runs.get(target),
}));
publish("router", { ...around, quick: values.quick, plan: PLAN, missing, results }, page());
say("bench/results/router.json and docs/performance.md are written");

async function addRouter(router: RouterCase, port: number, folder: string): Promise<void> {
  await add(router.name, port, async () => {
    const scratch = join(ROOT, ".tools", "bench-scratch", router.name);
    const process_ = running.use(await router.start({ port, deployments, folder: scratch, debian: folder }));
    return process_;
  });
}

async function add(name: string, port: number, start: () => Promise<Pinned>): Promise<void> {
  try {
    const started = performance.now();
    const process_ = await start();
    const answer = await untilReady(process_, port, request);
    if (answer.body.toString() !== ANSWER) throw new Error(`it answers ${answer.body.toString().slice(0, 200)}`);
    if (name !== "direct" && (await unauthorized(port)) !== 401) throw new Error("it lets a wrong credential in");
    targets.push({ name, process: process_, port, request, readyMs: round(performance.now() - started, 0) });
    process_.pause();
  } catch (cause) {
    missing.push({ name, error: cause instanceof Error ? cause.message : String(cause) });
    say(`${name} is left out: ${missing.at(-1)?.error}`);
  }
}

async function unauthorized(port: number): Promise<number | undefined> {
  const connection = openConnection(port);
  const wrong = requestBytes({ ...request, headers: { ...request.headers, authorization: "Bearer wrong" } });
  const answer = await new Promise<{ status: number } | undefined>((resolve) => connection.send(wrong, resolve));
  connection.close();
  return answer?.status;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${round(value)}`;
}

function page(): string {
  const direct = results.find(({ router }) => router === "direct");
  const added = (result: (typeof results)[number], rate: number) => {
    const [own, base] = [result.open[rate], direct?.open[rate]];
    if (own?.p50Ms === undefined || own.p99Ms === undefined || base?.p50Ms === undefined || base.p99Ms === undefined)
      return undefined;
    return result === direct
      ? `${own.p50Ms} / ${own.p99Ms}`
      : `${signed(own.p50Ms - base.p50Ms)} / ${signed(own.p99Ms - base.p99Ms)}`;
  };
  const rows = results.map((result) => [
    result.router,
    Math.round(result.perSecond),
    Math.round(1000 / result.cpuSecondsPer1000),
    `${result.closedP50Ms} / ${result.closedP99Ms}`,
    direct === undefined ? undefined : `${round(result.cpuSecondsPer1000 / direct.cpuSecondsPer1000, 1)} x`,
    added(result, 1_000),
    added(result, 3_000),
    result.cpuSecondsPer1000,
    Math.round(result.residentMiB),
    result.bad,
  ]);
  const head = [
    "router",
    "requests/s",
    "requests/s of a whole core",
    "p50 / p99 ms",
    "CPU to direct",
    "1,000/s: p50 / p99 ms",
    "3,000/s: p50 / p99 ms",
    "CPU s / 1,000",
    "RSS MiB",
    "bad",
  ];
  return [
    `${describe(around, values.quick)} Open-loop latencies of routers are what they add to \`direct\`.`,
    table(head, rows),
    ...missing.map(({ name, error }) => `Left out: ${name} (${error}).`),
  ].join("\n\n");
}
