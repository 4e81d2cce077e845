import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { assert, type JsonObject } from "../base/index.ts";
import { Secret } from "../report/index.ts";
import { createAuthorizer } from "./authorization/authorizer.ts";
import { createAuthorization } from "./authorization/module.ts";
import { loadCertificates } from "./certificates.ts";
import { createClock } from "./clock.ts";
import { type Closing, createClosing } from "./closing.ts";
import type { Cloud, CloudOptions } from "./cloud.ts";
import { ArmFault, type CloudHost, type Endpoints, type Resources } from "./contract.ts";
import { createFaults, faultOfRule } from "./control/faults.ts";
import { createJournal } from "./control/journal.ts";
import { CONTROL_PATH } from "./control/path.ts";
import { deriveSecret, loadCredentials } from "./credentials.ts";
import { createDeployments } from "./deployments/index.ts";
import { createDirectory, SYSTEM } from "./entra/principals.ts";
import { createTokens } from "./entra/tokens.ts";
import { createDocuments, type Envelope } from "./envelope/context.ts";
import { purgeExpired } from "./envelope/deleted.ts";
import { createOperations } from "./envelope/operations.ts";
import { createRegistry } from "./envelope/registry.ts";
import { resourcesModule } from "./envelope/resource-group.ts";
import { createResources } from "./envelope/resources.ts";
import { resume } from "./envelope/resume.ts";
import { createFront, OPERATION_METHODS } from "./front.ts";
import { noReplicationDelay } from "./replication.ts";
import { CLOCK_COLLECTION, reset, seed } from "./seed.ts";
import { type OpenStore, openStore } from "./store.ts";
import { REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";
import { faultReply, sendReply } from "./wire/exchange.ts";
import { startListeners } from "./wire/listeners.ts";
import { createWorkloads } from "./workloads.ts";

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
  const [credentials, certificates, factories] = await Promise.all([
    loadCredentials(stateDir),
    loadCertificates(stateDir),
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
    workloads: createWorkloads(),
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
  let deployments = createDeployments(host);
  closing.add("deployments", () => deployments.stop());
  const startOver = async () => {
    await deployments.stop();
    await reset(envelope, store, credentials, options.unregistered);
    faults.clear();
    journal.clear();
    Object.assign(replication, noReplicationDelay());
    deployments = createDeployments(host);
  };
  dispatch = createFront({
    envelope,
    tokens,
    deployments: (request) => deployments.handle(request),
    planes: modules.flatMap((module) => module.planes ?? []),
    control: {
      token: credentials.controlToken,
      clock,
      mode,
      directory,
      faults,
      journal,
      replication,
      reset: startOver,
      providers: modules.flatMap((module) => module.controls ?? []),
    },
  });

  for (const module of modules) {
    closing.add("providers", () => module.stop?.());
    await module.start?.();
  }
  await purgeExpired(envelope);
  resume(envelope);
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

function refuseWhileStarting(_request: IncomingMessage, response: ServerResponse): void {
  sendReply(
    response,
    faultReply(new ArmFault(503, "ServiceUnavailable", "the embedded Azure is starting", { headers: { "retry-after": "1" } })),
  );
}
