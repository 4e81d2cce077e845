/**
 * Azurite's blob service in this process. It has no embedding API, so its parts are put together here as its own server
 * does, with our account list and our own saving; the shapes below are all that we use of them.
 */
import { mkdirSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";

export interface AzuriteAccount {
  readonly name: string;
  readonly key1: Buffer;
  readonly key2: Buffer;
}

interface Loki {
  readonly filename: string;
  serialize(): string;
  autosaveDisable(): void;
}

interface MetadataStore {
  readonly db: Loki;
  init(): Promise<void>;
  close(): Promise<void>;
}

interface Lifetime {
  init(): Promise<void>;
  close(): Promise<void>;
}

type Constructor<T> = new (...parameters: unknown[]) => T;
interface Module<T> {
  readonly default: Constructor<T>;
}

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface AzuriteParts {
  readonly listener: Listener;
  /** Blob index and extent index, as text taken at one moment, with the files they belong to; the extents come first. */
  snapshot(): readonly { readonly file: string; readonly text: string }[];
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);
const load = <T>(path: string): T => require(`azurite/dist/src/${path}`) as T;

/** Streams that may write extents at once. */
const WRITERS = 8;

/** `delegationSecret`: 32 bytes, base64; user delegation keys come from it. */
export async function openAzurite(
  folder: string,
  account: (name: string) => AzuriteAccount | undefined,
  delegationSecret: string,
): Promise<AzuriteParts> {
  keepDelegationSecret(delegationSecret);
  mkdirSync(join(folder, "extents"), { recursive: true });
  const { default: logger } = load<{ default: unknown }>("common/Logger.js");
  // It reports to its makers unless told otherwise.
  load<{ AzuriteTelemetryClient: { init(location: string, enabled: boolean): void } }>(
    "common/Telemetry.js",
  ).AzuriteTelemetryClient.init(folder, false);
  const blobs = new (load<Module<MetadataStore>>("blob/persistence/LokiBlobMetadataStore.js").default)(
    join(folder, "blobs.json"),
    false,
  );
  const extents = new (load<Module<MetadataStore>>("common/persistence/LokiExtentMetadataStore.js").default)(
    join(folder, "extents.json"),
    false,
  );
  const store = new (load<Module<Lifetime>>("common/persistence/FSExtentStore.js").default)(
    extents,
    [{ locationId: "Default", locationPath: join(folder, "extents"), maxConcurrency: WRITERS }],
    logger,
  );
  const accounts = {
    getAccount: account,
    init: async () => {},
    close: async () => {},
    clean: async () => {},
    isInitialized: () => true,
  };
  const collector = new (load<Module<{ start(): Promise<void>; close(): Promise<void> }>>("blob/gc/BlobGCManager.js").default)(
    blobs,
    extents,
    store,
    () => {},
    logger,
  );
  const factory = new (load<Module<{ createRequestListener(): Listener }>>("blob/BlobRequestListenerFactory.js").default)(
    blobs,
    store,
    accounts,
    false, // access log
    undefined,
    true, // loose: headers it does not know are no error
    true, // api-versions newer than itself are no error
    // bearer tokens: their claims are read but not checked, so ours are checked before they come here
    load<{ OAuthLevel: { BASIC: unknown } }>("common/models.js").OAuthLevel.BASIC,
    false, // the account is the first label of the host name
  );
  await blobs.init();
  await extents.init();
  await store.init();
  // Its own saving every five seconds would lose acknowledged writes; ours comes before each answer.
  blobs.db.autosaveDisable();
  extents.db.autosaveDisable();
  await collector.start();
  return {
    listener: factory.createRequestListener(),
    snapshot: () => [extents.db, blobs.db].map((db) => ({ file: db.filename, text: db.serialize() })),
    async close() {
      await collector.close();
      await store.close();
      await blobs.close();
    },
  };
}

let delegationKept = false;

/** Azurite derives user delegation keys from a constant that everybody knows. It belongs to the process, so the first cloud in it decides. */
function keepDelegationSecret(secret: string): void {
  if (!delegationKept)
    load<{ USERDELEGATIONKEY_BASIC_KEY: string }>("blob/utils/constants.js").USERDELEGATIONKEY_BASIC_KEY = secret;
  delegationKept = true;
}

/** Which account, container and blob a request means: Azurite's own reading, so that what is authorized is what is served. */
export function blobTarget(
  host: string,
  path: string,
): { readonly account: string | undefined; readonly container: string | undefined; readonly blob: string | undefined } {
  const middleware = load<{
    extractStoragePartsFromPath(host: string, path: string, noProductStyle: boolean): [string?, string?, string?, boolean?];
  }>("blob/middlewares/blobStorageContext.middleware.js");
  const [account, container, blob] = middleware.extractStoragePartsFromPath(host, path, false);
  return { account, container: container === "" ? undefined : container, blob: blob === "" ? undefined : blob };
}

/** The key behind a user delegation SAS, as Azurite computes it. */
export function userDelegationKeyValue(
  objectId: string,
  tenantId: string,
  start: string,
  expiry: string,
  version: string,
): string {
  const utils = load<{
    getUserDelegationKeyValue(objectId: string, tenantId: string, start: string, expiry: string, version: string): string;
  }>("blob/utils/utils.js");
  return utils.getUserDelegationKeyValue(objectId, tenantId, start, expiry, version);
}
