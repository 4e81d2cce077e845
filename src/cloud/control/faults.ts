import { z } from "zod";
import { ArmFault } from "../contract.ts";

/** What can be made to go wrong, and how often. */
export const faultSchema = z.strictObject({
  /**
   * `throttle`: 429. `error`: `status` (5xx). `cut`: the connection ends before the request is carried out; `cut-after`:
   * after it, so that only the answer is lost. `fail-operation`: a long-running operation on a matching resource fails.
   * `lose-poll`: an answer about such an operation is lost.
   */
  kind: z.enum(["throttle", "error", "cut", "cut-after", "fail-operation", "lose-poll"]),
  method: z.string().toUpperCase().optional(),
  /** Of the request, or of the resource for operations; `*` stands for any run of characters. */
  path: z.string().min(1).max(2_000).default("*"),
  count: z.int().min(1).max(10_000).default(1),
  status: z.int().min(500).max(599).default(500),
  code: z.string().min(1).max(200).optional(),
  message: z.string().max(2_000).optional(),
  retryAfterSeconds: z.int().min(1).max(3_600).default(1),
});

export type FaultRule = z.infer<typeof faultSchema>;
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
