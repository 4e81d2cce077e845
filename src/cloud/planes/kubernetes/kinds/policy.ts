import { asString, isObject, type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { CONDITIONS, LABEL_SELECTOR, objectSchema } from "../schema/meta.ts";
import { BOOLEAN, INT_OR_STRING, INTEGER, list, map, oneOf, STRING, struct, TIME } from "../schema/schema.ts";
import { forbiddenField, invalid, type Problem } from "../schema/validate.ts";
import { AGE, at, column, NAME, objectAt, textAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind } from "./kind.ts";

const PORTS = list(struct({ protocol: oneOf("TCP", "UDP", "SCTP"), port: INT_OR_STRING, endPort: INTEGER }));
const PEERS = list(
  struct({
    podSelector: LABEL_SELECTOR,
    namespaceSelector: LABEL_SELECTOR,
    ipBlock: struct({ cidr: STRING, except: list(STRING) }, { required: ["cidr"] }),
  }),
);

export const NETWORK_POLICY: Kind = {
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  singular: "networkpolicy",
  shortNames: ["netpol"],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: objectSchema({
    spec: struct({
      podSelector: LABEL_SELECTOR,
      policyTypes: list(oneOf("Ingress", "Egress")),
      ingress: list(struct({ from: PEERS, ports: PORTS })),
      egress: list(struct({ to: PEERS, ports: PORTS })),
    }),
  }),
  columns: [NAME, column("Pod-Selector", (object) => selectorText(objectAt(object, "spec.podSelector"))), AGE],
  admit: admitNetworkPolicy,
};

const CIDR = /^(\d{1,3}(\.\d{1,3}){3}\/\d{1,2}|[0-9a-fA-F:.]+:[0-9a-fA-F:.]*\/\d{1,3})$/;

/** The protocol is TCP and the types follow from the rules, as the API server's defaults have it. */
function admitNetworkPolicy(object: JsonObject): Admission {
  const problems: Problem[] = [];
  const spec = objectAt(object, "spec");
  const rules = (way: "ingress" | "egress") => {
    const given = spec[way];
    if (!Array.isArray(given)) return {};
    return { [way]: given.filter(isObject).map((rule, index) => completeRule(rule, `spec.${way}[${index}]`, problems)) };
  };
  const policyTypes =
    Array.isArray(spec.policyTypes) && spec.policyTypes.length > 0
      ? spec.policyTypes
      : ["Ingress", ...(Array.isArray(spec.egress) ? ["Egress"] : [])];
  const completed = { podSelector: {}, ...spec, ...rules("ingress"), ...rules("egress"), policyTypes };
  return { object: { ...object, spec: completed }, problems };
}

function completeRule(rule: JsonObject, place: string, problems: Problem[]): JsonObject {
  for (const way of ["from", "to"]) {
    const peers = rule[way];
    for (const [index, peer] of (Array.isArray(peers) ? peers : []).entries()) {
      const field = `${place}.${way}[${index}]`;
      const cidr = at(peer, "ipBlock.cidr");
      if (cidr !== undefined && !CIDR.test(asString(cidr)))
        problems.push(invalid(`${field}.ipBlock.cidr`, cidr, "must be an address range such as 10.9.8.0/24"));
      if (
        isObject(peer) &&
        peer.ipBlock !== undefined &&
        (peer.podSelector !== undefined || peer.namespaceSelector !== undefined)
      )
        problems.push(forbiddenField(field, "may not specify both ipBlock and another peer"));
      if (isObject(peer) && Object.keys(peer).length === 0)
        problems.push({ field, reason: "FieldValueRequired", message: "Required value: must specify a peer" });
    }
  }
  if (!Array.isArray(rule.ports)) return rule;
  const ports = rule.ports.filter(isObject).map((port, index) => {
    if (typeof port.port === "number" && (port.port < 1 || port.port > 65_535))
      problems.push(invalid(`${place}.ports[${index}].port`, port.port, "must be between 1 and 65535, inclusive"));
    return { ...port, protocol: port.protocol ?? "TCP" };
  });
  return { ...rule, ports };
}

export function selectorText(selector: JsonObject): string {
  const labels = Object.entries(objectAt(selector, "matchLabels")).map(([key, value]) => `${key}=${asString(value)}`);
  return labels.length === 0 ? "<none>" : labels.sort().join(",");
}

export const DISRUPTION_BUDGET: Kind = {
  group: "policy",
  version: "v1",
  kind: "PodDisruptionBudget",
  plural: "poddisruptionbudgets",
  singular: "poddisruptionbudget",
  shortNames: ["pdb"],
  namespaced: true,
  verbs: ALL_VERBS,
  subresources: ["status"],
  schema: objectSchema({
    spec: struct({
      minAvailable: INT_OR_STRING,
      maxUnavailable: INT_OR_STRING,
      selector: LABEL_SELECTOR,
      unhealthyPodEvictionPolicy: oneOf("IfHealthyBudget", "AlwaysAllow"),
    }),
    status: struct({
      observedGeneration: INTEGER,
      disruptedPods: map(TIME),
      disruptionsAllowed: INTEGER,
      currentHealthy: INTEGER,
      desiredHealthy: INTEGER,
      expectedPods: INTEGER,
      conditions: CONDITIONS,
    }),
  }),
  columns: [
    NAME,
    column("Min Available", (object) => shown(object, "spec.minAvailable")),
    column("Max Unavailable", (object) => shown(object, "spec.maxUnavailable")),
    { name: "Allowed Disruptions", type: "integer", value: (object) => at(object, "status.disruptionsAllowed") ?? 0 },
    AGE,
  ],
  admit(object) {
    const { minAvailable, maxUnavailable } = objectAt(object, "spec");
    const problems: Problem[] = [];
    if (minAvailable !== undefined && maxUnavailable !== undefined)
      problems.push(
        invalid(
          "spec",
          `${asString(minAvailable)}, ${asString(maxUnavailable)}`,
          "minAvailable and maxUnavailable cannot be both set",
        ),
      );
    for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
      const good = value === undefined || (typeof value === "number" ? value >= 0 : /^\d{1,2}%$|^100%$/.test(asString(value)));
      if (!good) problems.push(invalid(`spec.${name}`, value, "must be a number from 0 or a percentage to 100%"));
    }
    return { object, problems };
  },
};

function shown(object: JsonObject, path: string): string {
  const value = at(object, path);
  return value === undefined ? "N/A" : asString(value);
}

/** What the platform's own classes may not reach. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;

export const PRIORITY_CLASS: Kind = {
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  singular: "priorityclass",
  shortNames: ["pc"],
  namespaced: false,
  verbs: ALL_VERBS,
  schema: objectSchema(
    { value: INTEGER, globalDefault: BOOLEAN, description: STRING, preemptionPolicy: oneOf("Never", "PreemptLowerPriority") },
    ["value"],
  ),
  columns: [
    NAME,
    { name: "Value", type: "integer", value: (object) => object.value ?? 0 },
    column("Global-Default", (object) => String(object.globalDefault === true)),
    AGE,
    column("PreemptionPolicy", (object) => textAt(object, "preemptionPolicy")),
  ],
  admit(given, previous) {
    const { globalDefault, ...rest } = given;
    const object: JsonObject = {
      ...rest,
      // As the API server writes it: false is left out.
      ...(globalDefault === true ? { globalDefault } : {}),
      preemptionPolicy: given.preemptionPolicy ?? "PreemptLowerPriority",
    };
    const problems: Problem[] = [];
    const name = textAt(object, "metadata.name");
    if (typeof object.value === "number" && object.value > HIGHEST_USER_PRIORITY)
      problems.push(forbiddenField("value", `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`));
    if (name.startsWith("system-"))
      problems.push(
        forbiddenField("metadata.name", "priority class names with 'system-' prefix are reserved for system use only"),
      );
    for (const member of ["value", "preemptionPolicy"])
      if (previous !== undefined && !jsonEqual(previous[member], object[member]))
        problems.push(forbiddenField(member, "may not be changed in an update."));
    return { object, problems };
  },
};
