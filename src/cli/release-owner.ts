import { hostname, userInfo } from "node:os";

/** Who releases, as others are told who find the endpoint locked. */
export function releaseOwner(): string {
  return `${userInfo().username}@${hostname()} (process ${process.pid})`;
}
