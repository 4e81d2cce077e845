import type { JsonObject, JsonValue } from "../../../base/index.ts";
import type { CloudHost, Resource } from "../../contract.ts";
import { PERMISSIONS, type Permission } from "./permissions.ts";
import { vaultSecrets } from "./secrets.ts";

export interface VaultCall {
  readonly host: CloudHost;
  readonly vault: Resource;
  readonly name: string;
  readonly version: string | undefined;
  readonly body: JsonValue | undefined;
}

interface VaultRoute {
  readonly method: string;
  /** Groups: name, version. */
  readonly path: RegExp;
  readonly permission: Permission;
  run(call: VaultCall): JsonObject | undefined;
}

/** All secrets on one page: a vault of a rehearsal has few. */
const page = (value: JsonObject[]): JsonObject => ({ value, nextLink: null });
const secrets = ({ host, vault }: VaultCall) => vaultSecrets(host, vault);

export const ROUTES: readonly VaultRoute[] = [
  { method: "GET", path: /^\/secrets$/, permission: PERMISSIONS.list, run: (call) => page(secrets(call).list()) },
  {
    method: "GET",
    path: /^\/secrets\/([^/]+)\/versions$/,
    permission: PERMISSIONS.list,
    run: (call) => page(secrets(call).versions(call.name)),
  },
  {
    method: "PUT",
    path: /^\/secrets\/([^/]+)$/,
    permission: PERMISSIONS.set,
    run: (call) => secrets(call).set(call.name, call.body),
  },
  {
    method: "GET",
    path: /^\/secrets\/([^/]+)(?:\/([^/]+))?$/,
    permission: PERMISSIONS.get,
    run: (call) => secrets(call).get(call.name, call.version),
  },
  {
    method: "PATCH",
    path: /^\/secrets\/([^/]+)(?:\/([^/]+))?$/,
    permission: PERMISSIONS.update,
    run: (call) => secrets(call).update(call.name, call.version, call.body),
  },
  {
    method: "DELETE",
    path: /^\/secrets\/([^/]+)$/,
    permission: PERMISSIONS.delete,
    run: (call) => secrets(call).delete(call.name),
  },
  { method: "GET", path: /^\/deletedsecrets$/, permission: PERMISSIONS.list, run: (call) => page(secrets(call).listDeleted()) },
  {
    method: "GET",
    path: /^\/deletedsecrets\/([^/]+)$/,
    permission: PERMISSIONS.list,
    run: (call) => secrets(call).getDeleted(call.name),
  },
  {
    method: "POST",
    path: /^\/deletedsecrets\/([^/]+)\/recover$/,
    permission: PERMISSIONS.recover,
    run: (call) => secrets(call).recover(call.name),
  },
  {
    method: "DELETE",
    path: /^\/deletedsecrets\/([^/]+)$/,
    permission: PERMISSIONS.purge,
    run(call) {
      secrets(call).purge(call.name);
      return undefined;
    },
  },
];
