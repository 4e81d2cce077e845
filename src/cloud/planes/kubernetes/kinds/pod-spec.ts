import { asString, isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { OBJECT_META } from "../schema/meta.ts";
import { amount } from "../schema/quantity.ts";
import { ANY, BOOLEAN, INT_OR_STRING, INTEGER, list, map, oneOf, QUANTITY, STRING, struct, TIME } from "../schema/schema.ts";
import { invalid, type Problem, required } from "../schema/validate.ts";
import { at, objectAt, textAt } from "./columns.ts";

const HTTP_GET = struct(
  { path: STRING, port: INT_OR_STRING, host: STRING, scheme: STRING, httpHeaders: ANY },
  { required: ["port"] },
);
const PROBE = struct({
  httpGet: HTTP_GET,
  exec: struct({ command: list(STRING) }),
  tcpSocket: struct({ port: INT_OR_STRING, host: STRING }, { required: ["port"] }),
  grpc: struct({ port: INTEGER, service: STRING }, { required: ["port"] }),
  initialDelaySeconds: INTEGER,
  timeoutSeconds: INTEGER,
  periodSeconds: INTEGER,
  successThreshold: INTEGER,
  failureThreshold: INTEGER,
  terminationGracePeriodSeconds: INTEGER,
});

const CONTAINER = struct(
  {
    name: STRING,
    image: STRING,
    command: list(STRING),
    args: list(STRING),
    workingDir: STRING,
    ports: list(
      struct(
        { name: STRING, containerPort: INTEGER, hostPort: INTEGER, hostIP: STRING, protocol: oneOf("TCP", "UDP", "SCTP") },
        { required: ["containerPort"] },
      ),
      ["containerPort", "protocol"],
    ),
    envFrom: ANY,
    env: list(struct({ name: STRING, value: STRING, valueFrom: ANY }, { required: ["name"] }), ["name"]),
    resources: struct({ requests: map(QUANTITY), limits: map(QUANTITY), claims: ANY }),
    resizePolicy: ANY,
    restartPolicy: STRING,
    volumeMounts: list(
      struct(
        {
          name: STRING,
          mountPath: STRING,
          subPath: STRING,
          subPathExpr: STRING,
          readOnly: BOOLEAN,
          recursiveReadOnly: STRING,
          mountPropagation: STRING,
        },
        { required: ["name", "mountPath"] },
      ),
      ["mountPath"],
    ),
    volumeDevices: ANY,
    livenessProbe: PROBE,
    readinessProbe: PROBE,
    startupProbe: PROBE,
    lifecycle: ANY,
    terminationMessagePath: STRING,
    terminationMessagePolicy: STRING,
    imagePullPolicy: oneOf("Always", "IfNotPresent", "Never"),
    securityContext: ANY,
    stdin: BOOLEAN,
    stdinOnce: BOOLEAN,
    tty: BOOLEAN,
  },
  { required: ["name"] },
);

const CONTAINERS = list(CONTAINER, ["name"]);
/** Members whose insides nobody here looks into. */
const OPAQUE = [
  "affinity",
  "dnsConfig",
  "ephemeralContainers",
  "hostAliases",
  "imagePullSecrets",
  "os",
  "overhead",
  "readinessGates",
  "resourceClaims",
  "resources",
  "schedulingGates",
  "securityContext",
  "topologySpreadConstraints",
] as const;

export const POD_SPEC = struct(
  {
    ...Object.fromEntries(OPAQUE.map((name) => [name, ANY])),
    containers: CONTAINERS,
    initContainers: CONTAINERS,
    // Each has its name and one of some thirty sources.
    volumes: list(ANY, ["name"]),
    restartPolicy: oneOf("Always", "OnFailure", "Never"),
    terminationGracePeriodSeconds: INTEGER,
    activeDeadlineSeconds: INTEGER,
    dnsPolicy: STRING,
    nodeSelector: map(STRING),
    serviceAccountName: STRING,
    serviceAccount: STRING,
    automountServiceAccountToken: BOOLEAN,
    nodeName: STRING,
    hostNetwork: BOOLEAN,
    hostPID: BOOLEAN,
    hostIPC: BOOLEAN,
    hostUsers: BOOLEAN,
    shareProcessNamespace: BOOLEAN,
    hostname: STRING,
    subdomain: STRING,
    setHostnameAsFQDN: BOOLEAN,
    schedulerName: STRING,
    tolerations: list(
      struct({ key: STRING, operator: oneOf("Exists", "Equal"), value: STRING, effect: STRING, tolerationSeconds: INTEGER }),
    ),
    priorityClassName: STRING,
    priority: INTEGER,
    preemptionPolicy: STRING,
    runtimeClassName: STRING,
    enableServiceLinks: BOOLEAN,
  },
  { required: ["containers"] },
);

export const POD_TEMPLATE = struct({ metadata: OBJECT_META, spec: POD_SPEC }, { required: ["spec"] });
export const POD_STATUS = struct({
  phase: STRING,
  reason: STRING,
  message: STRING,
  hostIP: STRING,
  podIP: STRING,
  podIPs: ANY,
  startTime: TIME,
  qosClass: STRING,
  observedGeneration: INTEGER,
  conditions: list(
    struct({ type: STRING, status: STRING, reason: STRING, message: STRING, lastTransitionTime: TIME, lastProbeTime: ANY }),
    ["type"],
  ),
  containerStatuses: ANY,
  initContainerStatuses: ANY,
});

const IMAGE_TAG = /[:@]/;

/** What the API server fills into a pod's specification, or a template's. */
export function completePodSpec(spec: JsonObject): JsonObject {
  const containers = (member: "containers" | "initContainers") => {
    const given = spec[member];
    return Array.isArray(given) ? { [member]: given.filter(isObject).map(completeContainer) } : {};
  };
  return {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    securityContext: {},
    ...spec,
    ...containers("containers"),
    ...containers("initContainers"),
  };
}

function completeContainer(container: JsonObject): JsonObject {
  const image = textAt(container, "image");
  const latest = image.endsWith(":latest") || !IMAGE_TAG.test(image.split("/").at(-1) ?? "");
  const ports = Array.isArray(container.ports)
    ? { ports: container.ports.filter(isObject).map((port) => ({ protocol: "TCP", ...port })) }
    : {};
  return {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: latest ? "Always" : "IfNotPresent",
    ...container,
    ...ports,
  };
}

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

export function podSpecProblems(spec: JsonObject, place: string): Problem[] {
  const problems: Problem[] = [];
  const { containers } = spec;
  if (!Array.isArray(containers) || containers.length === 0) problems.push(required(`${place}.containers`));
  for (const member of ["containers", "initContainers"] as const) {
    const given = spec[member];
    const names = new Set<string>();
    for (const [index, container] of (Array.isArray(given) ? given : []).entries()) {
      const field = `${place}.${member}[${index}]`;
      const name = textAt(container, "name");
      if (name !== "" && !LABEL.test(name)) problems.push(invalid(`${field}.name`, name, "a lowercase RFC 1123 label is needed"));
      if (names.has(name))
        problems.push({
          field: `${field}.name`,
          reason: "FieldValueDuplicate",
          message: `Duplicate value: ${JSON.stringify(name)}`,
        });
      names.add(name);
      if (textAt(container, "image") === "") problems.push(required(`${field}.image`));
      problems.push(...resourceProblems(objectAt(container, "resources"), `${field}.resources`));
    }
  }
  return problems;
}

function resourceProblems(resources: JsonObject, place: string): Problem[] {
  return Object.entries(objectAt(resources, "requests")).flatMap(([name, request]) => {
    const limit = at(resources, "limits") === undefined ? undefined : objectAt(resources, "limits")[name];
    if (limit === undefined || amountOf(request) <= amountOf(limit)) return [];
    return [invalid(`${place}.requests`, request, `must be less than or equal to ${name} limit of ${asString(limit)}`)];
  });
}

function amountOf(value: JsonValue | undefined): number {
  return amount(asString(value));
}
