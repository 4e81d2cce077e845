/**
 * The model server beside those that people use, with the same two ONNX files on one core each: `npm run bench:serve`,
 * `-- --quick` for a look. Installs the others from the Python index into `.tools/`. Needs Linux with two cores.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs, promisify } from "node:util";
import type { Answer, RequestShape } from "../load/connection.ts";
import { CORES, type Pinned, type PinnedOptions, startPinned } from "../load/pinned.ts";
import { circumstances, describe, publish, table } from "../load/publish.ts";
import { round } from "../load/samples.ts";
import { measureRounds, type Plan, summary, type Target, untilReady } from "../load/session.ts";
import { ensureVenv, modelsFolder, packageVersions, ROOT } from "../load/tools.ts";
import { PEERS, PEERS_FOLDER, type Peer, type Prediction, scratch, venvOf } from "./peers.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
const MODELS = ["linear", "forest"] as const;
const PLAN: Plan = values.quick
  ? {
      repeats: 2,
      connections: 32,
      closedSeconds: 0.7,
      openSeconds: 0.7,
      openRates: [500, 3_000],
      warmUpSeconds: { first: 2, each: 0.3 },
    }
  : {
      repeats: 5,
      connections: 32,
      closedSeconds: 1.5,
      openSeconds: 1.5,
      openRates: [500, 3_000],
      warmUpSeconds: { first: 6, each: 0.5 },
    };
const FIRST_PORT = 21_100;
const say = (line: string) => console.error(line);

await promisify(execFile)("npm", ["run", "--silent", "build"], { cwd: ROOT });
// What is compiled on a first start is kept for the second, in a folder that begins empty.
process.env.NODE_COMPILE_CACHE = mkdtempSync(join(tmpdir(), "quayside-bench-"));
const around = circumstances();
const expected = await train();
const missing: { name: string; error: string }[] = [];
const versions: Record<string, Record<string, string>> = {};
const targets: (Target & {
  readonly peer: string;
  readonly model: string;
  readonly firstReadyMs: number;
  readonly readyCpuMs: number;
})[] = [];
let port = FIRST_PORT;

await using running = new AsyncDisposableStack();
await addControl();
for (const peer of PEERS.filter(
  ({ name }) => values.only === undefined || name.startsWith(values.only) || name.startsWith("quayside"),
))
  await addPeer(peer);
const runs = await measureRounds(targets, PLAN, say);
const results = targets.map((target) => ({
  server: target.peer,
  model: target.model,
  firstReadyMs: target.firstReadyMs,
  readyMs: target.readyMs,
  readyCpuMs: target.readyCpuMs,
  residentMiB: round(target.process.residentMiB(), 1),
  ...summary(runs.get(target) ?? [], PLAN.openRates),
  runs: runs.get(target),
}));
publish("serve", { ...around, quick: values.quick, plan: PLAN, versions, missing, results }, page());
say("bench/results/serve.json and docs/performance.md are written");

/** The models, once; the same files for every server. */
async function train(): Promise<Record<string, Prediction>> {
  const file = join(modelsFolder, "expected.json");
  if (!existsSync(file)) {
    const venv = await ensureVenv("trainer", ["scikit-learn", "skl2onnx", "onnxruntime"]);
    if ("error" in venv) throw new Error(`the models cannot be trained: ${venv.error}`);
    await promisify(execFile)(join(venv.folder, "bin", "python"), [join(import.meta.dirname, "train.py"), modelsFolder]);
  }
  return JSON.parse(readFileSync(file, "utf8")) as Record<string, Prediction>;
}

async function addControl(): Promise<void> {
  const hello = join(import.meta.dirname, "..", "load", "hello.ts");
  const here = port++;
  const request = { path: "/score", body: PEERS[0]?.request.body ?? "" };
  const start = { argv: [process.execPath, hello, "{}", String(here)], core: CORES.measured };
  const { server, ready } = await startTwice(start, here, request);
  targets.push({ name: "control", peer: "control (bare node:http)", model: "-", process: server, port: here, request, ...ready });
}

async function addPeer(peer: Peer): Promise<void> {
  try {
    const venv = peer.packages.length === 0 ? undefined : await ensureVenv(venvOf(peer), peer.packages);
    if (venv !== undefined && "error" in venv) throw new Error(venv.error);
    if (venv !== undefined) versions[peer.name] = await packageVersions(venv.folder, peer.packages);
    for (const model of MODELS) await addServer(peer, model, venv === undefined ? "" : join(venv.folder, "bin"));
  } catch (cause) {
    missing.push({ name: peer.name, error: cause instanceof Error ? cause.message : String(cause) });
    say(`${peer.name} is left out: ${missing.at(-1)?.error}`);
  }
}

async function addServer(peer: Peer, model: string, bin: string): Promise<void> {
  const folder = join(modelsFolder, model);
  // A server may take two more for its metrics and its other protocol.
  const here = port;
  port += 3;
  const env = {
    ...peer.env?.(here),
    BENCH_MODEL: folder,
    BENCH_PEERS: PEERS_FOLDER,
    PYTHONPATH: PEERS_FOLDER,
    PYTHONDONTWRITEBYTECODE: "1",
    BENTOML_HOME: scratch(),
    OMP_NUM_THREADS: "1",
    PATH: `${bin}${delimiter}${process.env.PATH ?? ""}`,
  };
  const [prepare, ...args] = peer.prepare?.({ bin, model: folder }) ?? [];
  if (prepare !== undefined && !existsSync(join(folder, "mlflow", "MLmodel")))
    await promisify(execFile)(prepare, args, { cwd: PEERS_FOLDER, env: { ...process.env, ...env } });
  const argv = peer.command({ bin, model: folder, port: here });
  const start = { argv, core: CORES.measured, env, cwd: PEERS_FOLDER };
  const { server, answer, ready } = await startTwice(start, here, peer.request);
  compare(peer, model, answer);
  say(
    `${peer.name}, ${model}: ready in ${ready.firstReadyMs} ms, then in ${ready.readyMs} ms (${ready.readyCpuMs} ms of processor time)`,
  );
  targets.push({
    name: `${peer.name}, ${model}`,
    peer: peer.name,
    model,
    process: server,
    port: here,
    request: peer.request,
    ...ready,
  });
}

/** The first start reads everything and compiles it, as in a new container; the second is the one that is measured. */
async function startTwice(options: PinnedOptions, here: number, request: RequestShape) {
  let firstReadyMs: number;
  {
    await using first = startPinned(options);
    firstReadyMs = (await timed(first)).ms;
  }
  const server = running.use(startPinned(options));
  const { answer, ms } = await timed(server);
  const readyCpuMs = round(server.cpuSeconds() * 1000, 0);
  server.pause();
  return { server, answer, ready: { firstReadyMs, readyMs: ms, readyCpuMs } };

  async function timed(process: Pinned) {
    const started = performance.now();
    const answer = await untilReady(process, here, request);
    return { answer, ms: round(performance.now() - started, 0) };
  }
}

/** Servers are only compared when they say the same. */
function compare(peer: Peer, model: string, { body }: Answer): void {
  const wanted = expected[model];
  const got = peer.read(JSON.parse(body.toString()));
  const off = Math.max(0, ...got.probabilities.map((value, at) => Math.abs(value - (wanted?.probabilities[at] ?? Number.NaN))));
  if (wanted === undefined || got.label !== wanted.label || !(off <= 1e-6))
    throw new Error(`it answers ${body.toString().slice(0, 200)}; expected ${JSON.stringify(wanted)}`);
}

function page(): string {
  const control = results.find(({ model }) => model === "-")?.perSecond ?? Number.NaN;
  const rows = results.map((result) => {
    const strong = results.find(({ server, model }) => server.startsWith("FastAPI") && model === result.model)?.perSecond;
    const { "500": slow, "3000": fast } = result.open;
    return [
      result.server,
      result.model,
      Math.round(result.perSecond),
      `${Math.round((result.perSecond / control) * 100)} %`,
      strong === undefined ? undefined : `${(result.perSecond / strong).toFixed(1)} x`,
      `${result.closedP50Ms} / ${result.closedP99Ms}`,
      slow?.p50Ms === undefined ? undefined : `${slow.p50Ms} / ${slow.p99Ms}`,
      fast?.p50Ms === undefined ? undefined : `${fast.p50Ms} / ${fast.p99Ms} / ${fast.p999Ms}`,
      result.cpuSecondsPer1000,
      Math.round(result.residentMiB),
      `${result.firstReadyMs} / ${result.readyMs} (${result.readyCpuMs})`,
      result.bad,
    ];
  });
  const head = [
    "server",
    "model",
    "requests/s",
    "of control",
    "to FastAPI",
    "p50 / p99 ms",
    "500/s: p50 / p99 ms",
    "3,000/s: p50 / p99 / p99.9 ms",
    "CPU s / 1,000",
    "RSS MiB",
    "ready ms: first / again (CPU)",
    "bad",
  ];
  const named = Object.values(versions).flatMap((packages) =>
    Object.entries(packages).map(([name, version]) => `${name} ${version}`),
  );
  return [
    describe(around, values.quick),
    table(head, rows),
    `Versions: ${[...new Set(named)].join(", ")}.`,
    ...missing.map(({ name, error }) => `Left out: ${name} (${error}).`),
  ].join("\n\n");
}
