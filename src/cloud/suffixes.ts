/** What the cloud calls itself; azurerm refuses `AzureStackCloud`. */
export const CLOUD_NAME = "QuaysideRehearsal";

/**
 * Names that clients compute for themselves (`{vault}.vault...`) live under a domain that is reserved for testing
 * (RFC 6761), so they can never be anybody's. The storage suffix begins with `core.` because Python's storage client
 * finds the account name only in hosts that contain `.blob.core.`.
 */
export const RESERVED_DOMAIN = "rehearsal.test";
export const STORAGE_SUFFIX = `core.${RESERVED_DOMAIN}`;
export const VAULT_SUFFIX = `vault.${RESERVED_DOMAIN}`;
export const REGISTRY_SUFFIX = `azurecr.${RESERVED_DOMAIN}`;

/** Hosts of the platform itself, as they arrive in `Host` headers and CONNECT requests. */
export function isLoopbackName(host: string): boolean {
  return host === "localhost" || host === "127.0.0.1" || host === "::1" || host === "[::1]";
}

export function isReservedName(host: string): boolean {
  return host === RESERVED_DOMAIN || host.endsWith(`.${RESERVED_DOMAIN}`);
}
