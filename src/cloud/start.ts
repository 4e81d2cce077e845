import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { ROLES } from "../azure/index.ts";
import type { JsonObject } from "../base/index.ts";
import { Secret } from "../report/index.ts";
import { createArm } from "./arm.ts";
import { createAuthorizer } from "./authorization/authorizer.ts";
import { createAuthorization } from "./authorization/module.ts";
import { loadCertificates } from "./certificates.ts";
import { type ClockMode, createClock } from "./clock.ts";
import {
  ArmFault,
  type CloudClock,
  type CloudHost,
  type Endpoints,
  type Plane,
  type ProviderFactory,
  type Resources,
  type Runtime,
} from "./contract.ts";
import { deriveSecret, loadCredentials } from "./credentials.ts";
import { createDirectory, SYSTEM } from "./entra/principals.ts";
import { createEntra } from "./entra/routes.ts";
import { createTokens } from "./entra/tokens.ts";
import { createDocuments, type Envelope } from "./envelope/context.ts";
import { createOperationRoutes } from "./envelope/operation-routes.ts";
import { createOperations, toFault } from "./envelope/operations.ts";
import { createRegistry } from "./envelope/registry.ts";
import { resourcesModule } from "./envelope/resource-group.ts";
import { createResourceRoutes } from "./envelope/resource-routes.ts";
import { createResources } from "./envelope/resources.ts";
import { createSubscriptionRoutes } from "./envelope/subscription-routes.ts";
import { openStore } from "./store.ts";
import { REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";
import { commonHeaders, faultReply, readAddress, readCall, sendReply } from "./wire/exchange.ts";
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
  const closing: (() => Promise<void> | void)[] = [() => store.close()];
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step();
  };
  try {
    return await assemble(options, store, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function assemble(
  options: CloudOptions,
  store: ReturnType<typeof openStore>,
  closing: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Cloud> {
  const { stateDir } = options;
  const log = (event: string, fields: JsonObject = {}) => options.log?.({ at: new Date().toISOString(), event, ...fields });
  const [credentials, certificates] = await Promise.all([loadCredentials(stateDir), loadCertificates(stateDir)]);
  const clock = createClock({
    mode: options.clock ?? "instant",
    skippedMs: store.get<number>("clock", "skipped") ?? 0,
    onSkip: (skippedMs) => store.put("clock", "skipped", skippedMs),
  });
  closing.push(() => clock.close());

  let dispatch = (_request: IncomingMessage, response: ServerResponse): void => {
    sendReply(
      response,
      faultReply(new ArmFault(503, "ServiceUnavailable", "the embedded Azure is starting", { headers: { "retry-after": "1" } })),
    );
  };
  const listeners = await startListeners({
    certificates,
    port: options.port ?? 0,
    httpPort: options.httpPort ?? 0,
    proxyPort: options.proxyPort ?? 0,
    handle: (request, response) => dispatch(request, response),
    log: (event, host) => log(event, { host }),
  });
  closing.push(() => listeners.close());

  const endpoints: Endpoints = {
    arm: `https://localhost:${listeners.port}`,
    storageSuffix: STORAGE_SUFFIX,
    vaultSuffix: VAULT_SUFFIX,
    registrySuffix: REGISTRY_SUFFIX,
  };
  const proxy = `http://127.0.0.1:${listeners.proxyPort}`;
  const { subscriptionId, tenantId } = credentials;
  const directory = createDirectory(store, tenantId);
  const tokens = createTokens(credentials, directory, () => endpoints.arm);
  const documents = createDocuments(store);
  const operations = createOperations({ store, clock, endpoints, log });
  closing.push(() => operations.close());
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
    authorizer: createAuthorizer(documents, tokens),
    runtime: { ...options.runtime, caFile: certificates.caFile, proxy, stateDir: files },
    system: SYSTEM,
    newGuid: () => randomUUID(),
    deriveSecret: (purpose) => deriveSecret(credentials, purpose),
    log,
    get resources(): Resources {
      if (resources === undefined) throw new ArmFault(503, "ServiceUnavailable", "the embedded Azure is starting");
      return resources;
    },
  };
  const factories = options.providers ?? [];
  const modules = [resourcesModule, createAuthorization(documents, host), ...factories.map((factory) => factory(host))];
  const envelope: Envelope = { host, directory, registry: createRegistry(modules), documents, operations };
  resources = createResources(envelope);
  seed(envelope, credentials);

  const entra = createEntra({ endpoints, tenantId, directory, tokens });
  const arm = createArm({
    tokens,
    audiences: [
      endpoints.arm,
      `https://127.0.0.1:${listeners.port}`,
      "https://management.azure.com",
      "https://management.core.windows.net",
    ],
    handlers: [createOperationRoutes(envelope), createSubscriptionRoutes(envelope), createResourceRoutes(envelope)],
  });
  const planes: readonly Plane[] = modules.flatMap((module) => module.planes ?? []);
  dispatch = (request, response) => {
    void answer(request, response);
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const address = readAddress(request);
      const plane = planes.find((candidate) => candidate.matches(address.host, address.path));
      if (plane !== undefined) return void plane.handle(request, response);
      const call = await readCall(request, address);
      const common = commonHeaders(call, Date.now());
      try {
        sendReply(response, (await entra(call)) ?? (await arm(call)), common);
      } catch (error) {
        sendReply(response, faultReply(toFault(error, log)), common);
      }
    } catch (error) {
      sendReply(response, faultReply(toFault(error, log)));
    }
  }

  for (const module of modules) {
    closing.push(async () => module.stop?.());
    await module.start?.();
  }
  return {
    endpoints,
    http: `http://127.0.0.1:${listeners.httpPort}`,
    proxy,
    caFile: certificates.caFile,
    tenantId,
    subscriptionId,
    credentials: { clientId: credentials.clientId, clientSecret: new Secret(credentials.clientSecret) },
    control: { url: `${endpoints.arm}/_rehearsal`, token: new Secret(credentials.controlToken) },
    clock,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The service principal of the rehearsal and its ownership of the subscription. */
function seed({ directory, documents, host }: Envelope, credentials: Awaited<ReturnType<typeof loadCredentials>>): void {
  const { clientId, clientSecret, objectId } = credentials;
  if (directory.entry(objectId) === undefined)
    directory.addServicePrincipal({ objectId, clientId, displayName: "quayside" }, clientSecret);
  const name = objectId;
  const scope = `/subscriptions/${host.subscriptionId}`;
  const id = `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}`;
  if (documents.get(id) !== undefined) return;
  documents.save({
    id,
    name,
    type: "Microsoft.Authorization/roleAssignments",
    properties: {
      roleDefinitionId: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${ROLES.owner.id}`,
      principalId: objectId,
      principalType: "ServicePrincipal",
      scope,
    },
  });
}
