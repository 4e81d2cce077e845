import { totalmem } from "node:os";
import { readText } from "./cores.ts";

/** Bytes that this process may use: the limit of its control group (`memory.max`, or `memory.limit_in_bytes` of version 1), else what the machine has. */
export function usableMemory(read: (path: string) => string | undefined = readText, machine = totalmem()): number {
  const text = read("/sys/fs/cgroup/memory.max") ?? read("/sys/fs/cgroup/memory/memory.limit_in_bytes") ?? "max";
  const limit = Number(text.trim());
  return limit > 0 ? Math.min(machine, limit) : machine;
}
