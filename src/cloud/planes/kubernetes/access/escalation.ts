import type { JsonObject } from "../../../../base/index.ts";
import { objectsAt, textAt } from "../kinds/columns.ts";
import type { Kind } from "../kinds/kind.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, RBAC_GROUP, ROLE, ROLE_BINDING } from "../kinds/rbac.ts";
import { notFound, qualified, Refusal } from "../wire/refusal.ts";
import type { User } from "./authenticate.ts";
import type { Access } from "./authorize.ts";
import { covers, type Rule, readRule, roleRules, rulesOf } from "./rules.ts";

const EVERYTHING: readonly Rule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
  { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] },
];

/** Nobody makes a role that lets do more than they may themselves, nor binds one, unless they may `escalate` or `bind`. */
export function refuseEscalation(
  access: Access,
  user: User,
  kind: Kind,
  object: JsonObject,
  namespace: string | undefined,
): void {
  if (user.groups.includes("system:masters")) return;
  if (kind === ROLE || kind === CLUSTER_ROLE) {
    // What a role gathers may become anything, and nobody looks at it again once the role is bound.
    const gathers = object.aggregationRule !== undefined;
    const rules = gathers ? EVERYTHING : objectsAt(object, "rules").map(readRule);
    requireCovered(access, user, kind, textAt(object, "metadata.name"), "escalate", rules, namespace);
  }
  if (kind !== ROLE_BINDING && kind !== CLUSTER_ROLE_BINDING) return;
  const [roleKind, name] = [textAt(object, "roleRef.kind") === "Role" ? ROLE : CLUSTER_ROLE, textAt(object, "roleRef.name")];
  if (mayUse(access, user, roleKind, "bind", name, namespace)) return;
  const role = access.book.get(roleKind, roleKind === ROLE ? (namespace ?? "") : "", name);
  if (role === undefined) throw notFound(roleKind, name);
  requireCovered(access, user, kind, textAt(object, "metadata.name"), "bind", roleRules(access.book, role), namespace);
}

function requireCovered(
  access: Access,
  user: User,
  kind: Kind,
  name: string,
  verb: "bind" | "escalate",
  rules: readonly Rule[],
  namespace: string | undefined,
): void {
  const own = rulesOf(access.book, user, namespace);
  const beyond = rules.filter((rule) => !covers(own, rule));
  if (beyond.length === 0 || (verb === "escalate" && mayUse(access, user, kind, verb, name, namespace))) return;
  const extra = beyond.map(
    ({ apiGroups, resources, verbs, nonResourceURLs }) =>
      `{APIGroups:${JSON.stringify(apiGroups)}, Resources:${JSON.stringify([...resources, ...nonResourceURLs])}, Verbs:${JSON.stringify(verbs)}}`,
  );
  throw new Refusal(
    403,
    "Forbidden",
    `${qualified(kind)} ${JSON.stringify(name)} is forbidden: user ${JSON.stringify(user.name)} is attempting to grant RBAC permissions not currently held:\n${extra.join("\n")}`,
    { name, group: RBAC_GROUP, kind: kind.plural },
  );
}

function mayUse(access: Access, user: User, kind: Kind, verb: string, name: string, namespace: string | undefined): boolean {
  const where = namespace === undefined ? {} : { namespace };
  return access.decide(user, { verb, group: RBAC_GROUP, resource: kind.plural, name, ...where }).allowed;
}
