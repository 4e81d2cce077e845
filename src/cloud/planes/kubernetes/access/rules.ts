import type { JsonObject } from "../../../../base/index.ts";
import { objectAt, objectsAt, textAt } from "../kinds/columns.ts";
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from "../kinds/rbac.ts";
import { matchesSelector } from "../objects/selectors.ts";
import type { Attributes } from "./attributes.ts";
import type { User } from "./authenticate.ts";

/** A rule of a role: what it lets do. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A rule, and the binding that hands it out. */
export interface GrantedRule extends Rule {
  /** `RoleBinding "team" of Role "writer" to User "…"` */
  readonly source: string;
}

/** Where roles and bindings are read. */
export interface RoleBook {
  get(kind: typeof ROLE, namespace: string, name: string): JsonObject | undefined;
  list(kind: typeof ROLE, namespace?: string): JsonObject[];
}

/** Every rule that holds for a user: of the whole cluster, and of a namespace when one is named. */
export function rulesOf(book: RoleBook, user: User, namespace: string | undefined): GrantedRule[] {
  const cluster = book.list(CLUSTER_ROLE_BINDING).flatMap((binding) => granted(book, user, binding, undefined));
  if (namespace === undefined) return cluster;
  return [...cluster, ...book.list(ROLE_BINDING, namespace).flatMap((binding) => granted(book, user, binding, namespace))];
}

function granted(book: RoleBook, user: User, binding: JsonObject, namespace: string | undefined): GrantedRule[] {
  const subject = objectsAt(binding, "subjects").find((each) => isSubject(user, each));
  if (subject === undefined) return [];
  const [kind, name] = [textAt(binding, "roleRef.kind"), textAt(binding, "roleRef.name")];
  const role = kind === "ClusterRole" ? book.get(CLUSTER_ROLE, "", name) : book.get(ROLE, namespace ?? "", name);
  const from = `${textAt(binding, "kind")} "${textAt(binding, "metadata.name")}" of ${kind} "${name}"`;
  const source = `RBAC: allowed by ${from} to ${textAt(subject, "kind")} "${textAt(subject, "name")}"`;
  return role === undefined ? [] : roleRules(book, role).map((rule) => ({ ...rule, source }));
}

function isSubject({ name, groups }: User, subject: JsonObject): boolean {
  const said = textAt(subject, "name");
  if (subject.kind === "User") return said === name;
  return subject.kind === "Group" && groups.includes(said);
}

/** The rules of a role; of an aggregated one those of every cluster role that it selects. */
export function roleRules(book: RoleBook, role: JsonObject): Rule[] {
  const selectors = objectsAt(role, "aggregationRule.clusterRoleSelectors");
  const chosen =
    selectors.length === 0 ? [] : book.list(CLUSTER_ROLE).filter((each) => each !== role && isSelected(each, selectors));
  return [role, ...chosen].flatMap((each) => objectsAt(each, "rules").map(readRule));
}

function isSelected(role: JsonObject, selectors: readonly JsonObject[]): boolean {
  return selectors.some((selector) => matchesSelector(selector, objectAt(role, "metadata.labels")));
}

export function readRule(rule: JsonObject): Rule {
  const texts = (member: string) => {
    const value = rule[member];
    return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
  };
  return {
    verbs: texts("verbs"),
    apiGroups: texts("apiGroups"),
    resources: texts("resources"),
    resourceNames: texts("resourceNames"),
    nonResourceURLs: texts("nonResourceURLs"),
  };
}

export function allows(rule: Rule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if ("path" in attributes)
    return rule.nonResourceURLs.some(
      (url) => url === attributes.path || (url.endsWith("*") && attributes.path.startsWith(url.slice(0, -1))),
    );
  const { group, resource, subresource, name } = attributes;
  if (!has(rule.apiGroups, group)) return false;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const fits = has(rule.resources, full) || (subresource !== undefined && rule.resources.includes(`*/${subresource}`));
  return fits && (rule.resourceNames.length === 0 || (name !== undefined && rule.resourceNames.includes(name)));
}

function has(values: readonly string[], value: string): boolean {
  return values.includes("*") || values.includes(value);
}

/** True when everything that a rule lets do is let do by one of `own` already: nobody hands out more than they have. */
export function covers(own: readonly Rule[], rule: Rule): boolean {
  const each = rule.verbs.flatMap((verb): Attributes[] => [
    ...rule.nonResourceURLs.map((path) => ({ verb, path })),
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((full) => {
        const [resource = "", subresource] = full.split("/");
        const names = rule.resourceNames.length === 0 ? [{}] : rule.resourceNames.map((name) => ({ name }));
        return names.map((name) => ({ verb, group, resource, ...(subresource === undefined ? {} : { subresource }), ...name }));
      }),
    ),
  ]);
  return each.every((attributes) => own.some((mine) => allows(mine, attributes)));
}
