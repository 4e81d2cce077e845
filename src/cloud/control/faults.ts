import { ArmFault } from "../contract.ts";
import type { FaultRule } from "./fault-rule.ts";

export type FaultKind = FaultRule["kind"];

export interface ActiveFault extends FaultRule {
  readonly id: number;
  readonly left: number;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  list(): ActiveFault[];
  clear(): void;
  /** The first rule of these kinds that fits; it counts as used. */
  take(kinds: readonly FaultKind[], method: string, path: string): FaultRule | undefined;
}

const MOST_RULES = 100;

export function createFaults(): Faults {
  const rules = new Map<number, { rule: FaultRule; left: number; matches: RegExp }>();
  let lastId = 0;
  const show = (id: number, { left, rule }: { left: number; rule: FaultRule }): ActiveFault => ({ id, left, ...rule });
  return {
    add: (rule) => {
      if (rules.size >= MOST_RULES)
        throw new ArmFault(409, "TooManyFaults", `there are ${MOST_RULES} faults waiting already; clear them first`);
      const escaped = rule.path.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
      const entry = { rule, left: rule.count, matches: new RegExp(`^${escaped}$`, "i") };
      lastId += 1;
      rules.set(lastId, entry);
      return show(lastId, entry);
    },
    list: () => [...rules].map(([id, entry]) => show(id, entry)),
    clear: () => rules.clear(),
    take: (kinds, method, path) => {
      for (const [id, entry] of rules) {
        const { matches, rule } = entry;
        if (!kinds.includes(rule.kind) || (rule.method !== undefined && rule.method !== method) || !matches.test(path)) continue;
        entry.left -= 1;
        if (entry.left === 0) rules.delete(id);
        return rule;
      }
      return undefined;
    },
  };
}

/** What a client sees of a `throttle` or an `error`. */
export function faultOfRule(rule: FaultRule): ArmFault {
  const headers = { "retry-after": String(rule.retryAfterSeconds) };
  if (rule.kind === "throttle") {
    return new ArmFault(
      429,
      rule.code ?? "TooManyRequests",
      rule.message ?? "the request was throttled by an injected fault; try again later",
      { headers },
    );
  }
  return new ArmFault(
    rule.status,
    rule.code ?? "InternalServerError",
    rule.message ?? "an injected fault made this request fail",
    rule.status === 503 ? { headers } : {},
  );
}
