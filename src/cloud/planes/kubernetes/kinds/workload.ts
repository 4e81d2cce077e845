import { type JsonObject, jsonEqual } from "../../../../base/index.ts";
import { CONDITIONS, LABEL_SELECTOR, objectSchema } from "../schema/meta.ts";
import { ANY, BOOLEAN, INT_OR_STRING, INTEGER, oneOf, struct } from "../schema/schema.ts";
import { forbiddenField, invalid, type Problem, required } from "../schema/validate.ts";
import { AGE, at, column, NAME, numberAt, objectAt } from "./columns.ts";
import { type Admission, ALL_VERBS, type Kind } from "./kind.ts";
import { completePodSpec, POD_TEMPLATE, podSpecProblems } from "./pod-spec.ts";
import { selectorText } from "./policy.ts";

const APPS = { group: "apps", version: "v1", namespaced: true, categories: ["all"], verbs: ALL_VERBS } as const;
const ROLLING = struct({ maxSurge: INT_OR_STRING, maxUnavailable: INT_OR_STRING });
const REPLICA_COUNTS = {
  replicas: INTEGER,
  readyReplicas: INTEGER,
  availableReplicas: INTEGER,
  terminatingReplicas: INTEGER,
  observedGeneration: INTEGER,
  conditions: CONDITIONS,
};

export const DEPLOYMENT: Kind = {
  ...APPS,
  kind: "Deployment",
  plural: "deployments",
  singular: "deployment",
  shortNames: ["deploy"],
  subresources: ["scale", "status"],
  schema: objectSchema({
    spec: struct(
      {
        replicas: INTEGER,
        selector: LABEL_SELECTOR,
        template: POD_TEMPLATE,
        strategy: struct({ type: oneOf("RollingUpdate", "Recreate"), rollingUpdate: ROLLING }),
        minReadySeconds: INTEGER,
        revisionHistoryLimit: INTEGER,
        progressDeadlineSeconds: INTEGER,
        paused: BOOLEAN,
      },
      { required: ["selector", "template"] },
    ),
    status: struct({ ...REPLICA_COUNTS, updatedReplicas: INTEGER, unavailableReplicas: INTEGER, collisionCount: INTEGER }),
  }),
  columns: [
    NAME,
    column("Ready", (object) => `${count(object, "status.readyReplicas")}/${count(object, "spec.replicas")}`),
    numbers("Up-to-date", "status.updatedReplicas"),
    numbers("Available", "status.availableReplicas"),
    AGE,
  ],
  admit: (object, previous) =>
    admitWorkload(object, previous, {
      replicas: 1,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    }),
};

export const REPLICA_SET: Kind = {
  ...APPS,
  kind: "ReplicaSet",
  plural: "replicasets",
  singular: "replicaset",
  shortNames: ["rs"],
  subresources: ["scale", "status"],
  schema: objectSchema({
    spec: struct(
      { replicas: INTEGER, selector: LABEL_SELECTOR, template: POD_TEMPLATE, minReadySeconds: INTEGER },
      { required: ["selector"] },
    ),
    status: struct({ ...REPLICA_COUNTS, fullyLabeledReplicas: INTEGER }),
  }),
  columns: [
    NAME,
    numbers("Desired", "spec.replicas"),
    numbers("Current", "status.replicas"),
    numbers("Ready", "status.readyReplicas"),
    AGE,
  ],
  admit: (object, previous) => admitWorkload(object, previous, { replicas: 1 }),
};

export const DAEMON_SET: Kind = {
  ...APPS,
  kind: "DaemonSet",
  plural: "daemonsets",
  singular: "daemonset",
  shortNames: ["ds"],
  subresources: ["status"],
  schema: objectSchema({
    spec: struct(
      {
        selector: LABEL_SELECTOR,
        template: POD_TEMPLATE,
        updateStrategy: struct({ type: oneOf("RollingUpdate", "OnDelete"), rollingUpdate: ROLLING }),
        minReadySeconds: INTEGER,
        revisionHistoryLimit: INTEGER,
      },
      { required: ["selector", "template"] },
    ),
    status: struct({
      currentNumberScheduled: INTEGER,
      numberMisscheduled: INTEGER,
      desiredNumberScheduled: INTEGER,
      numberReady: INTEGER,
      updatedNumberScheduled: INTEGER,
      numberAvailable: INTEGER,
      numberUnavailable: INTEGER,
      observedGeneration: INTEGER,
      collisionCount: INTEGER,
      conditions: ANY,
    }),
  }),
  columns: [
    NAME,
    numbers("Desired", "status.desiredNumberScheduled"),
    numbers("Current", "status.currentNumberScheduled"),
    numbers("Ready", "status.numberReady"),
    numbers("Up-to-date", "status.updatedNumberScheduled"),
    numbers("Available", "status.numberAvailable"),
    column("Node Selector", (object) => selectorText({ matchLabels: objectAt(object, "spec.template.spec.nodeSelector") })),
    AGE,
  ],
  admit: (object, previous) =>
    admitWorkload(object, previous, {
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
      revisionHistoryLimit: 10,
    }),
};

/** Each is an object of the store. */
const MOST_REPLICAS = 250;

function admitWorkload(object: JsonObject, previous: JsonObject | undefined, defaults: JsonObject): Admission {
  const given = objectAt(object, "spec");
  const template = objectAt(given, "template");
  const podSpec = completePodSpec(objectAt(template, "spec"));
  const spec: JsonObject = { ...defaults, ...given, template: { metadata: {}, ...template, spec: podSpec } };
  const strategy = spec.strategy ?? spec.updateStrategy;
  const problems: Problem[] = podSpecProblems(podSpec, "spec.template.spec");
  if (at(strategy, "type") === "Recreate" && at(strategy, "rollingUpdate") !== undefined)
    problems.push(forbiddenField("spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"));
  if (typeof spec.replicas === "number" && spec.replicas < 0)
    problems.push(invalid("spec.replicas", spec.replicas, "must be greater than or equal to 0"));
  if (typeof spec.replicas === "number" && spec.replicas > MOST_REPLICAS)
    problems.push(invalid("spec.replicas", spec.replicas, `the embedded AKS keeps at most ${MOST_REPLICAS} pods of a workload`));
  const selector = objectAt(spec, "selector");
  const wanted = objectAt(selector, "matchLabels");
  if (Object.keys(wanted).length === 0 && selector.matchExpressions === undefined) problems.push(required("spec.selector"));
  const labels = objectAt(template, "metadata.labels");
  if (Object.entries(wanted).some(([key, value]) => labels[key] !== value))
    problems.push(invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"));
  if (podSpec.restartPolicy !== "Always")
    problems.push({
      field: "spec.template.spec.restartPolicy",
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(podSpec.restartPolicy)}: supported values: "Always"`,
    });
  if (previous !== undefined && !jsonEqual(objectAt(previous, "spec.selector"), selector))
    problems.push(invalid("spec.selector", selector, "field is immutable"));
  return { object: { ...object, spec }, problems };
}

function count(object: JsonObject, path: string): number {
  return numberAt(object, path) ?? 0;
}

function numbers(name: string, path: string) {
  return { name, type: "integer", value: (object: JsonObject) => count(object, path) } as const;
}
