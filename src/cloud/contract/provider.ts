/**
 * What a provider promises: the types, actions and planes that are particular to its namespace. What is the same for every
 * type (ids, api-versions, tokens, roles, ETags, paging, long-running operations, locks, soft delete, cascades, error bodies)
 * is the envelope's.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import type { AttributeValues, CloudHost } from "./host.ts";
import type { Principal, Resource } from "./resource.ts";

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
  /** May also live in a subscription, outside of its resource groups (budgets). */
  readonly ofSubscription?: boolean;
  /** May hang off any resource id (role assignments, locks, diagnostic settings) instead of a resource group. */
  readonly extension?: boolean;
  /** Answers to a PUT that creates, a PUT that updates, and a DELETE; clients throw on any other code. */
  readonly status: { readonly created: 200 | 201 | 202; readonly updated: 200 | 201 | 202; readonly deleted: 200 | 202 | 204 };
  /** A DELETE that is done at once answers with what it took away (role assignments). */
  readonly deleteShows?: boolean;
  /** How long Azure takes, on the virtual clock. */
  readonly durationMs?: number | ((resource: Resource) => number);
  readonly deleteDurationMs?: number;
  /** Properties that cannot change after creation, as paths below the body: `properties.isHnsEnabled`. */
  readonly immutable?: readonly string[];
  /** Updates in place are refused (Kubernetes computes). */
  readonly createOnly?: boolean;
  /** Checks the body and returns it completed with defaults and read-only values. Runs before the PUT is answered; nothing is written between its look at other resources and this one, unless it waits. */
  admit?(change: Change): Promise<Resource> | Resource;
  /** Does the work after the duration has passed; returns members to merge into `properties`. A fault makes the resource Failed. As `admit`, alone unless it waits. Must be safe to run again after a restart. */
  provision?(resource: Resource, signal: AbortSignal): Promise<JsonObject | undefined> | JsonObject | undefined;
  /** Runs once the resource is on disk as it was asked for: starts what it stands for (a job). Before the PUT is answered where that is at once, otherwise when the work has succeeded; `previous` is known in the first case only. */
  stored?(resource: Resource, previous?: Resource): void;
  /** What a GET answers with, where it is not 200: 202 while what the resource tells of goes on. */
  readStatus?(resource: Resource): 200 | 202;
  /** What GET shows beyond what is stored; never secrets. */
  present?(resource: Resource): Resource;
  /** What conditions of role assignments may look at, of a body that is sent as of a resource that is stored. */
  attributes?(resource: Resource): AttributeValues;
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

/** What a provider lets the rehearsal's own command line change that no Azure API does: the answer of a granted request. */
export interface ProviderControl {
  readonly method: "GET" | "PUT";
  /** Below the control endpoint: `/quotas/Microsoft.Compute`. */
  readonly path: string;
  run(call: { readonly query: URLSearchParams; readonly body: JsonObject }): JsonObject;
}

export interface ProviderModule {
  readonly namespace: string;
  readonly types: readonly TypeSpec[];
  readonly actions?: readonly NamespaceAction[];
  readonly planes?: readonly Plane[];
  readonly controls?: readonly ProviderControl[];
  /** Picks up what was running before a restart. */
  start?(): Promise<void>;
  /** Ends every process and timer that the provider owns. */
  stop?(): Promise<void>;
}

export type ProviderFactory = (host: CloudHost) => ProviderModule;
