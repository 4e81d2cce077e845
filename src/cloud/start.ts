import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { assert, type JsonObject } from "../base/index.ts";
import { Secret } from "../report/index.ts";
import { createArm } from "./arm.ts";
import { createAuthorizer } from "./authorization/authorizer.ts";
import { createAuthorization } from "./authorization/module.ts";
import { createAuthorizationRoutes } from "./authorization/routes.ts";
import { loadCertificates } from "./certificates.ts";
import { type ClockMode, createClock } from "./clock.ts";
import { type Closing, createClosing } from "./closing.ts";
import {
  ArmFault,
  type CloudClock,
  type CloudHost,
  type Endpoints,
  type ProviderFactory,
  type Resources,
  type Runtime,
} from "./contract.ts";
import { createFaults, faultOfRule } from "./control/faults.ts";
import { createJournal } from "./control/journal.ts";
import { CONTROL_PATH } from "./control/path.ts";
import type { ControlOptions } from "./control/routes.ts";
import { deriveSecret, loadCredentials } from "./credentials.ts";
import { createDispatch, type Route } from "./dispatch.ts";
import { createDirectory, SYSTEM } from "./entra/principals.ts";
import { createEntra } from "./entra/routes.ts";
import { createTokens } from "./entra/tokens.ts";
import { createDocuments, type Envelope } from "./envelope/context.ts";
import { purgeExpired } from "./envelope/deleted.ts";
import { createNamespaceRoutes } from "./envelope/namespace-routes.ts";
import { createOperationRoutes, operationAt } from "./envelope/operation-routes.ts";
import { createOperations } from "./envelope/operations.ts";
import { createProviderRoutes } from "./envelope/provider-routes.ts";
import { createRegistry } from "./envelope/registry.ts";
import { resourcesModule } from "./envelope/resource-group.ts";
import { createResourceRoutes } from "./envelope/resource-routes.ts";
import { createResources } from "./envelope/resources.ts";
import { resume } from "./envelope/resume.ts";
import { createSubscriptionRoutes } from "./envelope/subscription-routes.ts";
import { createTagRoutes } from "./envelope/tag-routes.ts";
import { createGraph } from "./graph/routes.ts";
import { noReplicationDelay } from "./replication.ts";
import { CLOCK_COLLECTION, reset, seed } from "./seed.ts";
import { type OpenStore, openStore } from "./store.ts";
import { REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";
import { faultReply, sendReply } from "./wire/exchange.ts";
import { startListeners } from "./wire/listeners.ts";

export interface CloudOptions {
  /** Everything that the cloud remembers; made when it is not there. */
  readonly stateDir: string;
  /** 0 or absent takes a free port. */
  readonly port?: number;
  readonly httpPort?: number;
  readonly proxyPort?: number;
  readonly clock?: ClockMode;
  readonly runtime: Pick<Runtime, "modelServer" | "router" | "environmentRoot">;
  /** Absent: everything in `providers/`. */
  readonly providers?: readonly ProviderFactory[];
  /** Namespaces that a new state starts without, as new subscriptions do: `Microsoft.KubernetesConfiguration`. */
  readonly unregistered?: readonly string[];
  readonly log?: (line: JsonObject) => void;
}

export interface Cloud extends AsyncDisposable {
  readonly endpoints: Endpoints;
  /** The same routes without TLS, for tools that allow it. */
  readonly http: string;
  /** The CONNECT proxy that knows the rehearsal's host names. */
  readonly proxy: string;
  readonly caFile: string;
  readonly tenantId: string;
  readonly subscriptionId: string;
  /** Of the service principal that owns the subscription. */
  readonly credentials: { readonly clientId: string; readonly clientSecret: Secret };
  readonly control: { readonly url: string; readonly token: Secret };
  readonly clock: CloudClock;
  close(): Promise<void>;
}

/** Starts the embedded Azure on loopback. Only one may run on a state folder. */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const store = openStore(options.stateDir);
  const closing = createClosing();
  closing.add("store", () => store.close());
  try {
    return await assemble(options, store, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

async function assemble(options: CloudOptions, store: OpenStore, closing: Closing): Promise<Cloud> {
  const { stateDir } = options;
  const log = (event: string, fields: JsonObject = {}) => options.log?.({ at: new Date().toISOString(), event, ...fields });
  // A new state folder's keys are made on other threads while this one loads the modules.
  const [credentials, certificates, { createDeployments }, factories] = await Promise.all([
    loadCredentials(stateDir),
    loadCertificates(stateDir),
    import("./deployments/index.ts"),
    options.providers ?? import("./providers/index.ts").then(({ providers }) => providers),
  ]);
  const { subscriptionId, tenantId } = credentials;
  const mode = options.clock ?? "instant";
  const clock = createClock({
    mode,
    skippedMs: store.get<number>(CLOCK_COLLECTION, "skipped") ?? 0,
    onSkip: (skippedMs) => store.put(CLOCK_COLLECTION, "skipped", skippedMs),
  });
  closing.add("clock", () => clock.close());

  let dispatch: (request: IncomingMessage, response: ServerResponse) => void = refuseWhileStarting;
  const listeners = await startListeners({
    certificates,
    port: options.port ?? 0,
    httpPort: options.httpPort ?? 0,
    proxyPort: options.proxyPort ?? 0,
    handle: (request, response) => dispatch(request, response),
    log: (event, host) => log(event, { host }),
  });
  closing.add("listeners", () => listeners.close());
  const endpoints: Endpoints = {
    arm: `https://localhost:${listeners.port}`,
    storageSuffix: STORAGE_SUFFIX,
    vaultSuffix: VAULT_SUFFIX,
    registrySuffix: REGISTRY_SUFFIX,
  };
  const proxy = `http://127.0.0.1:${listeners.proxyPort}`;

  const directory = createDirectory(store, tenantId, clock);
  const replication = noReplicationDelay();
  const tokens = createTokens(credentials, directory, () => endpoints.arm);
  const documents = createDocuments(store);
  const operations = createOperations({ store, clock, endpoints, log });
  closing.add("operations", () => operations.close());
  const files = join(stateDir, "files");
  mkdirSync(files, { recursive: true, mode: 0o700 });

  let resources: Resources | undefined;
  const host: CloudHost = {
    tenantId,
    subscriptionId,
    endpoints,
    clock,
    store,
    principals: directory,
    authorizer: createAuthorizer(documents, tokens, clock, replication),
    runtime: { ...options.runtime, caFile: certificates.caFile, proxy, stateDir: files },
    system: SYSTEM,
    newGuid: () => randomUUID(),
    deriveSecret: (purpose) => deriveSecret(credentials, purpose),
    log,
    // Providers get the host before there is a registry to look resources up in; they ask later.
    get resources(): Resources {
      assert(resources !== undefined, "providers ask for resources only once the cloud is assembled");
      return resources;
    },
  };
  const modules = [
    resourcesModule,
    createAuthorization({ documents, directory, host, replication }),
    ...factories.map((factory) => factory(host)),
  ];
  const envelope: Envelope = { host, directory, registry: createRegistry(modules), documents, operations };
  resources = createResources(envelope);
  seed(envelope, credentials, options.unregistered);

  const faults = createFaults();
  operations.setFault((operation) => {
    const rule = faults.take(["fail-operation"], OPERATION_METHODS[operation.kind], operation.resourceId);
    return rule === undefined ? undefined : faultOfRule(rule);
  });
  const journal = createJournal();
  const deployments = createDeployments(host);
  const audiences = [endpoints.arm, `https://127.0.0.1:${listeners.port}`, ...ARM_AUDIENCES];
  const arm = createArm({
    tokens,
    audiences,
    handlers: [
      deployments.handle,
      createOperationRoutes(envelope),
      createSubscriptionRoutes(envelope),
      createProviderRoutes(envelope),
      createTagRoutes(envelope),
      createAuthorizationRoutes(envelope),
      createNamespaceRoutes(envelope),
      createResourceRoutes(envelope),
    ],
  });
  const controlOptions: ControlOptions = {
    token: credentials.controlToken,
    clock,
    mode,
    directory,
    faults,
    journal,
    replication,
    reset: async () => {
      await reset(envelope, store, credentials, options.unregistered);
      faults.clear();
      journal.clear();
      Object.assign(replication, noReplicationDelay());
    },
  };
  // Loaded when it is first called, with the schemas that it needs: most runs never do.
  const control: Route = async (call) => {
    if (!call.path.startsWith(`${CONTROL_PATH}/`)) return undefined;
    const { createControl } = await import("./control/routes.ts");
    return createControl(controlOptions)(call);
  };
  const entra = createEntra({ endpoints, tenantId, directory, tokens });
  const graph = createGraph({
    directory,
    tokens,
    audiences: [...audiences, "https://graph.microsoft.com"],
    origin: endpoints.arm,
  });
  dispatch = createDispatch({
    planes: modules.flatMap((module) => module.planes ?? []),
    routes: [control, entra, graph, arm],
    faults,
    journal,
    losesPoll: (path) => {
      const operation = operationAt(envelope, path);
      return (
        operation !== undefined &&
        faults.take(["lose-poll"], OPERATION_METHODS[operation.kind], operation.resourceId) !== undefined
      );
    },
    log,
  });

  for (const module of modules) {
    closing.add("providers", () => module.stop?.());
    await module.start?.();
  }
  await purgeExpired(envelope);
  resume(envelope);
  closing.add("deployments", () => deployments.stop());
  await deployments.start();

  return {
    endpoints,
    http: `http://127.0.0.1:${listeners.httpPort}`,
    proxy,
    caFile: certificates.caFile,
    tenantId,
    subscriptionId,
    credentials: { clientId: credentials.clientId, clientSecret: new Secret(credentials.clientSecret) },
    control: { url: `${endpoints.arm}${CONTROL_PATH}`, token: new Secret(credentials.controlToken) },
    clock,
    close: () => closing.close(),
    [Symbol.asyncDispose]: () => closing.close(),
  };
}

/** Resource Manager's own names in the public cloud, which some clients keep asking tokens for. */
const ARM_AUDIENCES = ["https://management.azure.com", "https://management.core.windows.net"];

/** The method of the request that started an operation: what fault rules name. */
const OPERATION_METHODS = { write: "PUT", delete: "DELETE", action: "POST" } as const;

function refuseWhileStarting(_request: IncomingMessage, response: ServerResponse): void {
  sendReply(
    response,
    faultReply(new ArmFault(503, "ServiceUnavailable", "the embedded Azure is starting", { headers: { "retry-after": "1" } })),
  );
}
