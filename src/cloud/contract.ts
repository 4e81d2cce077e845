/**
 * What the envelope of the embedded Azure and its providers promise each other. The envelope does what Azure Resource
 * Manager does for every type (ids, api-versions, tokens, roles, ETags, paging, long-running operations, locks, soft
 * delete, cascades, error bodies); a provider holds only what is particular to a type.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock, JsonObject, JsonValue } from "../base/index.ts";

export { REGISTRY_SUFFIX, STORAGE_SUFFIX, VAULT_SUFFIX } from "./suffixes.ts";

/** A resource as it is stored and as GET returns it (before `present`). */
export interface Resource {
  readonly id: string;
  readonly name: string;
  /** Canonical casing: `Microsoft.Network/virtualNetworks`. */
  readonly type: string;
  location?: string;
  tags?: Record<string, string>;
  kind?: string;
  sku?: JsonObject;
  identity?: JsonObject;
  zones?: JsonValue;
  etag?: string;
  systemData?: JsonObject;
  properties: JsonObject;
  /** Members that some types have beside these (`plan`, `extendedLocation`, `managedBy`). */
  [member: string]: JsonValue | undefined;
}

/** Who is asking. `system` is the platform itself and passes every check. */
export interface Principal {
  /** The object id (`oid` in tokens, `principalId` in role assignments). */
  readonly objectId: string;
  readonly kind: "servicePrincipal" | "user" | "managedIdentity" | "system";
  readonly displayName: string;
}

/** What ARM refuses, with the status and code that Azure would use and a message in our words. */
export class ArmFault extends Error {
  override readonly name = "ArmFault";
  readonly status: number;
  readonly code: string;
  readonly target: string | undefined;
  readonly details: readonly JsonObject[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    more: { target?: string; details?: readonly JsonObject[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.target = more.target;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }

  /** The value under `error` in the body. */
  toError(): JsonObject {
    return {
      code: this.code,
      message: this.message,
      ...(this.target === undefined ? {} : { target: this.target }),
      ...(this.details.length === 0 ? {} : { details: [...this.details] }),
    };
  }
}

/** Rules that ARM checks before a provider sees a name. */
export interface NameRule {
  readonly pattern: RegExp;
  /** In words, for the message: "3 to 24 lower-case letters and digits". */
  readonly words: string;
}

/** A PUT (or a PATCH already merged) on its way in. */
export interface Change {
  readonly id: string;
  readonly name: string;
  /** Names of the ancestors and the resource, outermost first. */
  readonly names: readonly string[];
  readonly apiVersion: string;
  /** What the client sent, without id, name and type. */
  readonly body: Resource;
  /** What is stored, on an update. */
  readonly previous?: Resource;
  readonly caller: Principal;
  /** Only a check before a deployment (`Resources.check`): other resources may not exist yet, and nothing may be written. */
  readonly preflight?: boolean;
}

/** What a type's action got and gives. */
export interface ActionCall {
  /** `POST`, or another one that the action's `methods` lists; absent only where a call is made by hand. */
  readonly method?: string;
  readonly resource: Resource;
  readonly body: JsonValue | undefined;
  readonly query: URLSearchParams;
  readonly apiVersion: string;
  readonly caller: Principal;
}

export interface ActionResult {
  readonly status: number;
  readonly body?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
  /** Makes it a long-running operation: 202 with both header styles; the body is what the Location answers in the end. */
  readonly later?: () => Promise<JsonValue | undefined>;
}

export interface ActionSpec {
  /** The RBAC action below the type, e.g. `listKeys/action`. */
  readonly permission: string;
  /** May be called before the resource exists (Azure ML's `startPendingUpload`): `resource` then has id, name, type and no properties. */
  readonly beforeCreate?: boolean;
  /** `POST` when absent. Some singletons without a name of their own are read and written (`currentbillingfeatures`). */
  readonly methods?: readonly ("GET" | "POST" | "PUT")[];
  run(call: ActionCall): Promise<ActionResult> | ActionResult;
}

/**
 * One resource type. Every function may throw an `ArmFault`.
 * A type without `durationMs` and `provision` is made synchronously (`provisioningState: Succeeded` in the answer to the PUT).
 */
export interface TypeSpec {
  /** Below the namespace, canonical casing: `managedClusters/agentPools`. */
  readonly type: string;
  /** Newest first. The envelope takes any well-formed date from the oldest on, as clients of many ages do. */
  readonly apiVersions: readonly string[];
  /** `required`: the body must have one; `inherited`: children and extensions have none. */
  readonly location: "required" | "inherited";
  readonly name: NameRule;
  /** Names that must be unique beyond the resource group, by this key: `(name) => name` is global. */
  readonly uniqueBy?: (resource: { name: string; location?: string }) => string;
  /** May hang off any resource id (role assignments, locks, diagnostic settings) instead of a resource group. */
  readonly extension?: boolean;
  /** Answers to a PUT that creates, a PUT that updates, and a DELETE; clients throw on any other code. */
  readonly status: { readonly created: 200 | 201 | 202; readonly updated: 200 | 202; readonly deleted: 200 | 202 | 204 };
  /** A DELETE that is done at once answers with what it took away (role assignments). */
  readonly deleteShows?: boolean;
  /** How long Azure takes, on the virtual clock. */
  readonly durationMs?: number | ((resource: Resource) => number);
  readonly deleteDurationMs?: number;
  /** Properties that cannot change after creation, as paths below the body: `properties.isHnsEnabled`. */
  readonly immutable?: readonly string[];
  /** Updates in place are refused (Kubernetes computes). */
  readonly createOnly?: boolean;
  /** Checks the body and returns it completed with defaults and read-only values. Runs before the PUT is answered. */
  admit?(change: Change): Promise<Resource> | Resource;
  /** Does the work after the duration has passed; returns members to merge into `properties`. A fault makes the resource Failed. Must be safe to run again after a restart. */
  provision?(resource: Resource, signal: AbortSignal): Promise<JsonObject | undefined> | JsonObject | undefined;
  /** Runs once the PUT is on disk, before it is answered, for types that are made synchronously: starts what the resource stands for (a job). */
  stored?(resource: Resource, previous?: Resource): void;
  /** What GET shows beyond what is stored; never secrets. */
  present?(resource: Resource): Resource;
  /** Runs before a DELETE is answered; refuse here. */
  admitDelete?(resource: Resource, query: URLSearchParams): Promise<void> | void;
  /** Lets go of what the resource holds (processes, data): when it is deleted, or purged if it was soft-deleted. */
  removed?(resource: Resource): Promise<void> | void;
  /** Keeps the resource recoverable, and its name taken, for this many days. `undefined` = gone at once. */
  softDelete?(resource: Resource, query: URLSearchParams): { readonly days: number; readonly purgeable: boolean } | undefined;
  /** True when this PUT brings the soft-deleted resource of the same id back (it is then `previous`); otherwise its name is taken. */
  recovers?(body: Resource): boolean;
  /** A PUT makes the parent too when there is none, as the containers of asset versions are; its collection may be listed without it. */
  readonly parentImplied?: boolean;
  /** Narrows and orders what a GET of the collection answers, by the type's own query parameters. `collectionOf` is the id above the collection. */
  list?(items: readonly Resource[], query: URLSearchParams, collectionOf: string): readonly Resource[];
  /** POST actions by name as Microsoft spells it: `listKeys`. */
  readonly actions?: Readonly<Record<string, ActionSpec>>;
  /** PATCH merges `tags` and `properties` when true; refused with 405 when absent. */
  readonly patch?: boolean;
}

/** A POST (or GET) under the namespace that belongs to no resource: `checkNameAvailability`, `locations/{location}/...`. */
export interface NamespaceAction {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path below the namespace: `checkNameAvailability`, `locations/{location}/deletedVaults/{name}`. */
  readonly path: string;
  readonly permission: string;
  run(call: {
    readonly subscriptionId: string;
    readonly params: Readonly<Record<string, string>>;
    readonly body: JsonValue | undefined;
    readonly query: URLSearchParams;
    readonly caller: Principal;
  }): Promise<ActionResult> | ActionResult;
}

/** Serves hosts or path prefixes that are not ARM's: blobs, MLflow, run history, Key Vault's data plane. */
export interface Plane {
  readonly name: string;
  matches(host: string, path: string): boolean;
  /** Node's own request and response, because some planes are whole applications (Azurite). */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

export interface ProviderModule {
  readonly namespace: string;
  readonly types: readonly TypeSpec[];
  readonly actions?: readonly NamespaceAction[];
  readonly planes?: readonly Plane[];
  /** Picks up what was running before a restart. */
  start?(): Promise<void>;
  /** Ends every process and timer that the provider owns. */
  stop?(): Promise<void>;
}

export type ProviderFactory = (host: CloudHost) => ProviderModule;

/** Durable documents in collections; a write is on disk when the call returns. Keys sort as text. */
export interface Store {
  get<T>(collection: string, key: string): T | undefined;
  put(collection: string, key: string, value: unknown): void;
  delete(collection: string, key: string): boolean;
  list<T>(collection: string, prefix?: string): { readonly key: string; readonly value: T }[];
  /** All or nothing, also when the process is killed in the middle. */
  transaction<T>(work: () => T): T;
}

/** Virtual time: it stands at the wall clock plus what was skipped. */
export interface CloudClock extends Clock {
  /** Lets `ms` of virtual time pass at once. */
  advance(ms: number): void;
}

/** Addresses that go into bodies. None has a trailing slash. */
export interface Endpoints {
  /** `https://localhost:8443`: ARM, Entra, Graph and Azure ML's data plane. */
  readonly arm: string;
  /** `core.rehearsal.test`; blobs are at `{account}.blob.{suffix}`. */
  readonly storageSuffix: string;
  readonly vaultSuffix: string;
  readonly registrySuffix: string;
}

/** How to start the real processes behind jobs and deployments; the composition root knows, providers do not. */
export interface Runtime {
  /** argv of the model server: `[node, ".../serve.ts"]`; the provider adds the model folder and options. */
  readonly modelServer: readonly string[];
  /** argv of the traffic router. */
  readonly router: readonly string[];
  /** A folder whose `node_modules` jobs see: what a training image would hold. */
  readonly environmentRoot: string;
  /** PEM of the local certificate authority, for children's `NODE_EXTRA_CA_CERTS`. */
  readonly caFile: string;
  /** `http://127.0.0.1:port`: the CONNECT proxy that knows the rehearsal's hosts. */
  readonly proxy: string;
  /** Private folder for the providers' files; survives restarts. */
  readonly stateDir: string;
}

/** The registry of managed identities and other principals. */
export interface Principals {
  /** The same identity for the same resource id, for as long as the resource exists. */
  managedIdentity(
    resourceId: string,
    displayName: string,
  ): { readonly principalId: string; readonly clientId: string; readonly tenantId: string };
  remove(resourceId: string): void;
  byObjectId(objectId: string): Principal | undefined;
}

/** Reads and writes resources as a client would, without the wire. */
export interface Resources {
  /** As stored. */
  get(id: string): Resource | undefined;
  /** As GET shows it. */
  view(id: string): Resource | undefined;
  /** Direct children and deeper ones below `id` (a resource, a resource group or a subscription), optionally of one type. */
  below(id: string, type?: string): Resource[];
  /** All resources of a type, anywhere. */
  ofType(type: string): Resource[];
  /** Replaces what is stored, keeping id, name and type; for state that providers own (an attached compute's state, a job's status). */
  save(resource: Resource): void;
  /** A PUT as `caller`, through the same checks as one from the wire; resolves when its operation has ended. */
  put(id: string, apiVersion: string, body: JsonObject, caller: Principal): Promise<Resource>;
  /** The checks of a PUT without the PUT: what preflight (`validate`) runs. Throws the fault that the PUT would get. */
  check(id: string, apiVersion: string, body: JsonObject, caller: Principal): Promise<void>;
  /** A POST action (`listKeys`) as `caller`. */
  action(
    id: string,
    name: string,
    apiVersion: string,
    body: JsonValue | undefined,
    caller: Principal,
  ): Promise<JsonValue | undefined>;
  delete(id: string, caller: Principal): Promise<void>;
  /** What `softDelete` kept and nobody purged; those whose days are over are gone. */
  softDeleted(type: string): SoftDeleted[];
  /** Lets go of a soft-deleted resource for good (calls `removed`). False when there is none of this id. */
  purge(id: string): Promise<boolean>;
}

export interface SoftDeleted {
  readonly resource: Resource;
  /** Milliseconds since the epoch, virtual. */
  readonly deletedAt: number;
  readonly purgeAt: number;
  readonly purgeable: boolean;
}

export interface Authorizer {
  /** True when role assignments let the principal do `action` (or data action) at `scope`. */
  allows(principal: Principal, action: string, scope: string, options?: { readonly data?: boolean }): boolean;
  /** Checks a bearer token of a data plane: signature, expiry, one of the audiences. Throws 401 `ArmFault`s. */
  authenticate(authorization: string | undefined, audiences: readonly string[]): Promise<Principal>;
  /** A token for a managed identity or for `system`, for processes that the cloud starts. */
  issueToken(principal: Principal, audience: string, lifetimeMs?: number): Promise<string>;
}

export interface CloudHost {
  readonly tenantId: string;
  readonly subscriptionId: string;
  readonly endpoints: Endpoints;
  readonly clock: CloudClock;
  readonly store: Store;
  readonly resources: Resources;
  readonly principals: Principals;
  readonly authorizer: Authorizer;
  readonly runtime: Runtime;
  /** The platform itself, for what Azure does on its own behalf. */
  readonly system: Principal;
  newGuid(): string;
  /** A secret that is the same for the same purpose for the life of the state folder: 32 bytes, base64. Account keys are derived, so none is stored. */
  deriveSecret(purpose: string): string;
  /** One structured line for the cloud's own log; never secrets. */
  log(event: string, fields?: JsonObject): void;
}

/** A request to ARM after authentication. */
export interface ArmRequest {
  readonly method: string;
  /** Decoded, double slashes collapsed, no trailing slash, no query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly apiVersion: string;
  readonly headers: Headers;
  /** The raw text: `az` sends deployments that are not JSON, so whoever reads it chooses the parser. */
  readonly text: string;
  readonly caller: Principal;
  /** For `x-ms-correlation-request-id`. */
  readonly correlationId: string;
}

export interface ArmResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
}

/** Answers a request, or `undefined` when it is not its business. */
export type ArmHandler = (request: ArmRequest) => Promise<ArmResponse | undefined>;
