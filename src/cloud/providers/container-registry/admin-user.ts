import type { CloudHost } from "../../contract.ts";

export const ADMIN_PASSWORDS = ["password", "password2"] as const;
export type AdminPassword = (typeof ADMIN_PASSWORDS)[number];

const GENERATIONS = "registry-password-generations";

/** Password of the admin user, which has the registry's name; stored nowhere. */
export function adminPassword(host: CloudHost, registry: string, which: AdminPassword): string {
  const name = registry.toLowerCase();
  return host.deriveSecret(`registry/${name}/${which}/${generationOf(host, name, which)}`).replace(/[^A-Za-z0-9+/]/g, "");
}

export function renewAdminPassword(host: CloudHost, registry: string, which: AdminPassword): void {
  const name = registry.toLowerCase();
  host.store.put(GENERATIONS, `${name}/${which}`, generationOf(host, name, which) + 1);
}

function generationOf({ store }: CloudHost, name: string, which: AdminPassword): number {
  return store.get<number>(GENERATIONS, `${name}/${which}`) ?? 0;
}
