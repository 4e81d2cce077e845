import type { JsonObject } from "../../../../base/index.ts";
import { LABEL_SELECTOR, objectSchema } from "../schema/meta.ts";
import { amount } from "../schema/quantity.ts";
import { ANY, BOOLEAN, INT_OR_STRING, INTEGER, list, map, oneOf, QUANTITY, STRING, struct } from "../schema/schema.ts";
import { invalid, type Problem, required } from "../schema/validate.ts";
import { AGE, column, NAME, objectAt } from "./columns.ts";
import { ALL_VERBS, type Kind } from "./kind.ts";

const RESOURCES = map(QUANTITY);

/** Of the Azure ML extension. Its definition demands CPU and memory both as request and as limit. */
export const INSTANCE_TYPE: Kind = {
  group: "amlarc.azureml.com",
  version: "v1alpha1",
  kind: "InstanceType",
  plural: "instancetypes",
  singular: "instancetype",
  shortNames: [],
  namespaced: false,
  verbs: ALL_VERBS,
  feature: "azureml",
  schema: objectSchema({
    spec: struct(
      { nodeSelector: map(STRING), resources: struct({ requests: RESOURCES, limits: RESOURCES }) },
      { required: ["resources"] },
    ),
  }),
  columns: [NAME, AGE],
  admit(object) {
    const problems: Problem[] = [];
    const limits = objectAt(object, "spec.resources.limits");
    for (const group of ["requests", "limits"]) {
      const amounts = objectAt(object, `spec.resources.${group}`);
      for (const resource of ["cpu", "memory"])
        if (amounts[resource] === undefined) problems.push(required(`spec.resources.${group}.${resource}`));
    }
    for (const [resource, request] of Object.entries(objectAt(object, "spec.resources.requests"))) {
      const limit = limits[resource];
      if (limit !== undefined && amount(text(request)) > amount(text(limit)))
        problems.push(
          invalid(`spec.resources.requests.${resource}`, request, `must be less than or equal to the limit ${text(limit)}`),
        );
    }
    return { object, problems };
  },
};

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

const ENTITIES = list(
  oneOf("all", "world", "cluster", "host", "init", "ingress", "unmanaged", "remote-node", "health", "none", "kube-apiserver"),
);
const TO_PORTS = list(
  struct({ ports: list(struct({ port: STRING, protocol: STRING, endPort: INTEGER }, { required: ["port"] })) }),
);
const RULE = struct({
  endpointSelector: LABEL_SELECTOR,
  description: STRING,
  ingress: list(
    struct({ fromEndpoints: list(LABEL_SELECTOR), fromEntities: ENTITIES, fromCIDR: list(STRING), toPorts: TO_PORTS }),
  ),
  egress: list(struct({ toEndpoints: list(LABEL_SELECTOR), toEntities: ENTITIES, toCIDR: list(STRING), toPorts: TO_PORTS })),
  enableDefaultDeny: struct({ ingress: BOOLEAN, egress: BOOLEAN }),
});

/** Layers 3 and 4 of it: rules by name and layer 7 need Advanced Container Networking Services. */
export const CILIUM_POLICY: Kind = {
  group: "cilium.io",
  version: "v2",
  kind: "CiliumNetworkPolicy",
  plural: "ciliumnetworkpolicies",
  singular: "ciliumnetworkpolicy",
  shortNames: ["cnp", "ciliumnp"],
  namespaced: true,
  verbs: ALL_VERBS,
  feature: "cilium",
  schema: objectSchema({ spec: RULE, specs: list(RULE), status: ANY }),
  columns: [NAME, AGE, column("Valid", () => "True")],
  admit(object: JsonObject) {
    const one = object.spec !== undefined || object.specs !== undefined;
    return { object, problems: one ? [] : [required("spec", "a policy has spec or specs")] };
  },
};

/** Of managed Prometheus, which took it from the Prometheus operator and changed the group. */
export const POD_MONITOR: Kind = {
  group: "azmonitoring.coreos.com",
  version: "v1",
  kind: "PodMonitor",
  plural: "podmonitors",
  singular: "podmonitor",
  shortNames: ["pmon"],
  namespaced: true,
  verbs: ALL_VERBS,
  feature: "managed-prometheus",
  schema: objectSchema(
    {
      spec: struct(
        {
          jobLabel: STRING,
          podTargetLabels: list(STRING),
          labelLimit: INTEGER,
          selector: LABEL_SELECTOR,
          namespaceSelector: struct({ any: BOOLEAN, matchNames: list(STRING) }),
          podMetricsEndpoints: list(
            struct({
              port: STRING,
              targetPort: INT_OR_STRING,
              path: STRING,
              scheme: oneOf("http", "https"),
              params: map(list(STRING)),
              interval: STRING,
              scrapeTimeout: STRING,
              honorLabels: BOOLEAN,
              honorTimestamps: BOOLEAN,
              relabelings: ANY,
              metricRelabelings: ANY,
            }),
          ),
        },
        { required: ["selector"] },
      ),
    },
    ["spec"],
  ),
  columns: [NAME, AGE],
};
