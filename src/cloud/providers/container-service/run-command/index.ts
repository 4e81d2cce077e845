import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { JsonObject } from "../../../../base/index.ts";
import {
  type ActionCall,
  type ActionResult,
  type ActionSpec,
  ArmFault,
  type CloudHost,
  type Resource,
  type TypeSpec,
} from "../../../contract.ts";
import { adminToken, type KubernetesPlane, usesEntra } from "../../../planes/kubernetes/index.ts";
import { textAt } from "../../common/body.ts";
import { badRequest, conflict, unsupported } from "../../common/faults.ts";
import { hasSucceeded } from "../../common/state.ts";
import { AKS_API_VERSIONS, CLUSTER_TYPE } from "../api-versions.ts";
import { type ArchiveFile, readArchive } from "./archive.ts";
import { parseCommands } from "./command-line.ts";
import { findKubectl, runCommands } from "./kubectl.ts";

const RESULT_TYPE = `${CLUSTER_TYPE}/commandResults`;
/** Older results of a cluster are forgotten. */
const KEPT_RESULTS = 20;
/** Commands at once, of all clusters: each is a process of this machine. */
const MOST_RUNNING = 8;
/** kubectl asks this program for the token, so that no file has it. */
const TOKEN_PRINTER = `printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$QUAYSIDE_CLUSTER_TOKEN"`;

export interface CommandRunner {
  readonly action: ActionSpec;
  readonly type: TypeSpec;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * `runCommand`, the way to the API server of a private cluster (`az aks command invoke`): kubectl runs on this machine with what
 * the caller sent, as the caller. What it says is kept in memory alone, since it may be anything; the rest of a result is stored.
 */
export function createCommandRunner(host: CloudHost, plane: Pick<KubernetesPlane, "letIn">): CommandRunner {
  const stopping = new AbortController();
  const logs = new Map<string, string>();
  const forgotten = new Set<string>();
  const running = new Set<Promise<void>>();
  const folder = join(host.runtime.stateDir, "commands");

  function save(id: string, properties: Resource["properties"]): void {
    host.resources.save({ id, name: id.slice(id.lastIndexOf("/") + 1), type: RESULT_TYPE, properties });
  }

  async function run(call: ActionCall, id: string, work: Prepared): Promise<void> {
    const startedAt = new Date().toISOString();
    const own = join(folder, id.slice(id.lastIndexOf("/") + 1));
    const door = plane.letIn(textAt(call.resource, "properties.resourceUID") ?? "");
    const failed = (error: unknown): JsonObject => {
      host.log("aks.command-failed", { id, error: error instanceof Error ? error.message : "unknown" });
      return { provisioningState: "Failed", reason: "the command could not be started" };
    };
    const outcome = await attempt(own, `${host.endpoints.arm}${door.path}`, id, work).catch(failed);
    door.close();
    await rm(own, { recursive: true, force: true });
    // The cluster may be gone by now, and its results with it.
    if (host.resources.get(id) !== undefined) save(id, { ...outcome, startedAt, finishedAt: new Date().toISOString() });
  }

  async function attempt(own: string, server: string, id: string, work: Prepared): Promise<JsonObject> {
    await unpack(join(own, "context"), work.files);
    await writeFile(join(own, "kubeconfig"), await kubeconfig(host, server));
    const { exitCode, logs: said } = await runCommands(work.kubectl, work.commands, {
      folder: join(own, "context"),
      env: environmentOf(host, own, work.token),
      signal: stopping.signal,
    });
    logs.set(id, said);
    return exitCode === undefined
      ? { provisioningState: "Failed", reason: "the command took too long and was ended" }
      : { provisioningState: "Succeeded", exitCode };
  }

  function begin(call: ActionCall): ActionResult {
    const work = prepare(host, call);
    if (running.size >= MOST_RUNNING)
      throw new ArmFault(429, "TooManyRequests", `${running.size} commands are running; try again when one has ended`, {
        headers: { "Retry-After": "1" },
      });
    const id = `${call.resource.id}/commandResults/${host.newGuid().replaceAll("-", "")}`;
    const properties = { provisioningState: "Running", startedAt: new Date().toISOString() };
    save(id, properties);
    const done = run(call, id, work).finally(() => running.delete(done));
    running.add(done);
    forgetOld(call.resource.id);
    const location = `${host.endpoints.arm}${id}?api-version=${call.apiVersion}`;
    return { status: 202, headers: { location, "retry-after": "1" }, body: { id, properties } };
  }

  function forgetOld(clusterId: string): void {
    const ended = host.resources
      .below(clusterId, RESULT_TYPE)
      .filter(({ properties }) => properties.provisioningState !== "Running")
      .sort((a, b) => startOf(b).localeCompare(startOf(a)));
    for (const { id } of ended.slice(KEPT_RESULTS)) {
      forgotten.add(id);
      void host.resources.delete(id, host.system);
    }
  }

  return {
    action: { permission: "runCommand/action", run: begin },
    type: {
      type: "managedClusters/commandResults",
      apiVersions: AKS_API_VERSIONS,
      location: "inherited",
      name: { pattern: /^[0-9a-f]{32}$/, words: "the 32 digits of a command" },
      status: { created: 201, updated: 200, deleted: 200 },
      readStatus: ({ properties }) => (properties.provisioningState === "Running" ? 202 : 200),
      admit: () => refuseWrite(),
      admitDelete: ({ id }) => {
        if (!forgotten.has(id)) refuseWrite();
      },
      removed({ id }) {
        logs.delete(id);
        forgotten.delete(id);
      },
      present: (result) => ({ ...result, properties: { ...result.properties, ...logsOf(result, logs) } }),
    },
    async start() {
      await rm(folder, { recursive: true, force: true });
      for (const { id, properties } of host.resources.ofType(RESULT_TYPE))
        if (properties.provisioningState === "Running")
          save(id, {
            ...properties,
            provisioningState: "Failed",
            reason: "the embedded Azure was stopped while the command ran",
          });
    },
    async stop() {
      stopping.abort();
      await Promise.all(running);
    },
  };
}

interface Prepared {
  readonly kubectl: string;
  readonly commands: ReturnType<typeof parseCommands>;
  readonly files: readonly ArchiveFile[];
  readonly token: string;
}

function prepare(host: CloudHost, { resource, body }: ActionCall): Prepared {
  if (!hasSucceeded(resource)) throw conflict("OperationNotAllowed", `${resource.id} is not made yet, or is being changed`);
  if (textAt(resource, "properties.powerState.code") === "Stopped")
    throw conflict("OperationNotAllowed", `${resource.id} is stopped; start it first`);
  const commands = parseCommands(textAt(body, "command") ?? "");
  const context = textAt(body, "context") ?? "";
  const files = context === "" ? [] : readArchive(Buffer.from(context, "base64"));
  const clusterToken = textAt(body, "clusterToken") ?? "";
  if (usesEntra({ resource }) && clusterToken === "")
    throw badRequest(
      "BadRequest",
      "clusterToken is missing; a cluster with Microsoft Entra runs commands as the caller",
      "clusterToken",
    );
  const kubectl = findKubectl();
  if (kubectl === undefined)
    throw unsupported("runCommand on a machine without kubectl (install one, or name it in QUAYSIDE_KUBECTL)");
  const token = usesEntra({ resource }) ? clusterToken : adminToken(host, textAt(resource, "properties.resourceUID") ?? "");
  return { kubectl, commands, files, token };
}

async function unpack(folder: string, files: readonly ArchiveFile[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { path, bytes } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { mode: 0o600 });
  }
}

async function kubeconfig(host: CloudHost, server: string): Promise<string> {
  // Loaded when it is first needed, as for all kubeconfigs.
  const { stringify } = await import("yaml");
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster: { server, "certificate-authority": host.runtime.caFile } }],
    users: [
      {
        name: "caller",
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1",
            command: "/bin/sh",
            args: ["-c", TOKEN_PRINTER],
            interactiveMode: "Never",
          },
        },
      },
    ],
    contexts: [{ name: "cluster", context: { cluster: "cluster", user: "caller" } }],
    "current-context": "cluster",
  });
}

/** Nothing of this machine but what kubectl needs; whatever it fetches besides goes to a proxy that knows the rehearsal alone. */
function environmentOf({ runtime }: CloudHost, folder: string, token: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: folder,
    KUBECONFIG: join(folder, "kubeconfig"),
    HTTPS_PROXY: runtime.proxy,
    HTTP_PROXY: runtime.proxy,
    NO_PROXY: "localhost,127.0.0.1",
    // A kustomization may name a repository; no other protocol of git asks the proxy.
    GIT_ALLOW_PROTOCOL: "https",
    // `create --edit` and `apply edit-last-applied` would wait for somebody to type.
    KUBE_EDITOR: "false",
    QUAYSIDE_CLUSTER_TOKEN: token,
  };
}

function logsOf({ id, properties }: Resource, logs: ReadonlyMap<string, string>): Resource["properties"] {
  if (properties.provisioningState !== "Succeeded") return {};
  const known = logs.get(id);
  return known === undefined ? { logs: "", reason: "what the command said was not kept over a restart" } : { logs: known };
}

function startOf(result: Resource): string {
  return textAt(result, "properties.startedAt") ?? "";
}

function refuseWrite(): never {
  throw new ArmFault(405, "MethodNotAllowed", "results of commands are only read");
}
