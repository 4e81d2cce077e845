import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { idKey } from "../../../../azure/index.ts";
import type { EndpointRoute } from "../../../../serve/protocol.ts";
import { ArmFault, type CloudHost } from "../../../contract.ts";
import type { BlobAccess } from "../../../planes/blob/index.ts";
import { createCollectionAgent } from "./collection-agent.ts";
import type { Credentials } from "./credentials.ts";
import { type LogFile, openLog } from "./log-file.ts";
import { type ReplicaHooks, ReplicaSet, StartFailure } from "./replica-set.ts";
import { type DeploymentSpec, type RoutedEndpoint, routeOf, sameProcess } from "./route.ts";
import { Router } from "./router.ts";

export interface FleetOptions {
  readonly host: Pick<CloudHost, "store" | "runtime" | "log" | "workloads">;
  /** Where what deployments collect is written. */
  readonly blobs: BlobAccess;
  /** Hashes of what opens an endpoint now. */
  credentials(endpoint: RoutedEndpoint): Credentials;
  readonly backoff?: ReplicaHooks["backoff"];
}

const RUNNING = "machine-learning.running-deployments";
const ROUTED = "machine-learning.routed-endpoints";
const ROUTERS = "machine-learning.routers";
const STDERR_TAIL = 20;

/** Every model server and router that online endpoints run on. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #routers = new Map<string, Router>();
  readonly #sets = new Map<string, { spec: DeploymentSpec; set: ReplicaSet }>();
  /** Those that were made and are not all ready yet. */
  readonly #starting = new Set<{ spec: DeploymentSpec; set: ReplicaSet }>();
  readonly #logs = new Map<string, LogFile>();
  #stopped = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** The folder for a deployment's model and logs. */
  folder(deploymentId: string): string {
    const digest = createHash("sha256").update(idKey(deploymentId)).digest("hex").slice(0, 16);
    return join(this.#options.host.runtime.stateDir, "online", digest);
  }

  log(deploymentId: string, container: "inference-server" | "storage-initializer"): LogFile {
    const path = join(this.folder(deploymentId), `${container}.log`);
    const open = this.#logs.get(path) ?? openLog(path);
    this.#logs.set(path, open);
    return open;
  }

  /** `http://127.0.0.1:{port}` of the router before an endpoint, once it is routed. */
  address(endpointId: string): string | undefined {
    const { store } = this.#options.host;
    const routed = store.get<RoutedEndpoint>(ROUTED, idKey(endpointId));
    const port = routed && store.get<number>(ROUTERS, idKey(routed.cluster));
    return port === undefined ? undefined : `http://127.0.0.1:${port}`;
  }

  /** Resolves when the endpoint's router routes by this; until then by what was asked before. */
  async route(endpoint: RoutedEndpoint): Promise<void> {
    this.#options.host.store.put(ROUTED, idKey(endpoint.id), endpoint);
    await this.publish(endpoint.cluster);
  }

  async unroute(endpointId: string): Promise<void> {
    const { store } = this.#options.host;
    const routed = store.get<RoutedEndpoint>(ROUTED, idKey(endpointId));
    store.delete(ROUTED, idKey(endpointId));
    if (routed !== undefined) await this.publish(routed.cluster);
  }

  /**
   * Starts a deployment or brings it to another specification. The instances that serve stay until all new ones are
   * ready, so a version that does not start harms nobody.
   * @throws StartFailure when an instance does not become ready
   */
  async deploy(spec: DeploymentSpec, signal: AbortSignal): Promise<void> {
    const key = idKey(spec.deploymentId);
    const before = this.#sets.get(key);
    if (before !== undefined && sameProcess(before.spec, spec)) {
      await this.#rescale(key, before, spec, signal);
      return;
    }
    const set = this.#create(spec);
    const starting = { spec, set };
    this.#starting.add(starting);
    void set.scale(spec.instances);
    try {
      await set.started(signal);
    } catch (cause) {
      await set.kill();
      throw cause;
    } finally {
      this.#starting.delete(starting);
    }
    this.#sets.set(key, { spec, set });
    this.#options.host.store.put(RUNNING, key, spec);
    await this.publish(spec.cluster);
    if (before === undefined) return;
    await before.set.drain();
    if (before.spec.modelFolder !== spec.modelFolder) rmSync(before.spec.modelFolder, { recursive: true, force: true });
  }

  /** Takes a deployment out of the router's table, lets its requests finish, ends it and deletes its files. */
  async remove(deploymentId: string): Promise<void> {
    const key = idKey(deploymentId);
    const entry = this.#sets.get(key);
    this.#sets.delete(key);
    this.#options.host.store.delete(RUNNING, key);
    if (entry !== undefined) {
      await this.publish(entry.spec.cluster);
      await entry.set.drain();
    }
    for (const path of this.#logs.keys()) if (path.startsWith(this.folder(deploymentId))) this.#logs.delete(path);
    rmSync(this.folder(deploymentId), { recursive: true, force: true });
  }

  /** Resolves when the cluster's router routes by the present state of its endpoints. */
  async publish(cluster: string): Promise<void> {
    if (this.#stopped) return;
    await this.#router(cluster).apply(this.#table(cluster));
  }

  /** Everything that runs, what is still starting included. */
  get running(): readonly { readonly spec: DeploymentSpec; readonly set: ReplicaSet }[] {
    return [...this.#sets.values(), ...this.#starting];
  }

  /** How many instances a deployment has, whether they are ready or not. */
  instances(deploymentId: string): number {
    return this.#sets.get(idKey(deploymentId))?.set.processes.length ?? 0;
  }

  /** The routers by the clusters that they are for. */
  get routers(): readonly { readonly cluster: string; readonly router: Router }[] {
    return [...this.#routers].map(([cluster, router]) => ({ cluster, router }));
  }

  /** Starts again what ran before; does not wait for it. */
  restore(): void {
    for (const { key, value: spec } of this.#options.host.store.list<DeploymentSpec>(RUNNING)) {
      const set = this.#create(spec);
      this.#sets.set(key, { spec, set });
      void set.scale(spec.instances);
      set.started(new AbortController().signal).catch((cause: unknown) => {
        const code = cause instanceof StartFailure ? cause.code : "unknown";
        this.#options.host.log("endpoints.restore-failed", { deployment: spec.deploymentId, code, message: String(cause) });
      });
    }
    for (const { key } of this.#options.host.store.list<number>(ROUTERS)) void this.#publishSoon(key);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([
      ...[...this.#routers.values()].map((router) => router.stop()),
      ...[...this.#sets.values()].map(({ set }) => set.kill()),
    ]);
  }

  /** The server's own last words, for the message of a deployment that failed. */
  lastLines(deploymentId: string): string {
    return this.log(deploymentId, "inference-server").tail(STDERR_TAIL).join("\n");
  }

  async #rescale(key: string, running: { spec: DeploymentSpec; set: ReplicaSet }, spec: DeploymentSpec, signal: AbortSignal) {
    this.#sets.set(key, { spec, set: running.set });
    const drained = running.set.scale(spec.instances);
    try {
      await running.set.started(signal);
    } catch (cause) {
      this.#sets.set(key, running);
      await running.set.scale(running.spec.instances);
      throw cause;
    }
    this.#options.host.store.put(RUNNING, key, spec);
    await this.publish(spec.cluster);
    await drained;
  }

  #create(spec: DeploymentSpec): ReplicaSet {
    const { host, backoff } = this.#options;
    const log = this.log(spec.deploymentId, "inference-server");
    const { name, version } = spec.model;
    requireExecutable(host.runtime.modelServer, "model server");
    const { collection, deploymentId } = spec;
    const say = (line: string) => log.append(`${new Date().toISOString()} ${line}`);
    return new ReplicaSet(
      {
        argv: [
          ...host.runtime.modelServer,
          spec.modelFolder,
          "--port",
          "0",
          "--name",
          name,
          "--version",
          version,
          "--drain-timeout-ms",
          String(spec.requestTimeoutMs),
        ],
        env: spec.env,
        liveness: spec.liveness,
        readiness: spec.readiness,
        drainMs: spec.requestTimeoutMs + 5_000,
      },
      {
        changed: () => this.#publishSoon(spec.cluster),
        line: (replica, text) => log.append(`[${replica}] ${text}`),
        seen: () => host.workloads.changed(spec.cluster),
        ...(collection === undefined
          ? {}
          : { sidecar: createCollectionAgent(this.#options.blobs, collection, this.folder(deploymentId), say) }),
        ...(backoff === undefined ? {} : { backoff }),
      },
    );
  }

  /** For changes that nobody waits for; never rejects. */
  async #publishSoon(cluster: string): Promise<void> {
    try {
      await this.publish(cluster);
    } catch (cause) {
      if (!this.#stopped) this.#options.host.log("endpoints.publish-failed", { cluster, message: String(cause) });
    }
  }

  #table(cluster: string): EndpointRoute[] {
    return this.#options.host.store
      .list<RoutedEndpoint>(ROUTED)
      .filter(({ value }) => idKey(value.cluster) === idKey(cluster))
      .map(({ value }) => routeOf(value, this.#options.credentials(value), [...this.#sets.values()]));
  }

  #router(cluster: string): Router {
    const { host } = this.#options;
    const key = idKey(cluster);
    const known = this.#routers.get(key);
    if (known !== undefined) return known;
    requireExecutable(host.runtime.router, "traffic router");
    const router = new Router({
      argv: host.runtime.router,
      port: host.store.get<number>(ROUTERS, key) ?? 0,
      line: (text) => host.log("endpoints.router", { cluster, text }),
      moved: (port) => host.store.put(ROUTERS, key, port),
      seen: () => host.workloads.changed(cluster),
    });
    this.#routers.set(key, router);
    return router;
  }
}

/** A cloud may be started without them when nobody serves models on it. */
function requireExecutable(argv: readonly string[], what: string): void {
  if (argv.length === 0) throw new ArmFault(503, "ServiceUnavailable", `the embedded Azure was started without a ${what}`);
}
