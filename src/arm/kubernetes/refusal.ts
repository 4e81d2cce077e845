import { type Fault, QuaysideError } from "../../report/index.ts";

interface Row {
  readonly code: string;
  readonly fault: Fault;
  readonly message: (what: string, said: string) => string;
  readonly hint: string;
}

/** What a cluster says no with, and what to do about it. */
const REFUSALS = {
  signedOut: {
    code: "kubernetes.not-signed-in",
    fault: "user",
    message: (what: string, said: string) => `${what}: the cluster does not know who asks (${said})`,
    hint: "the cluster has to sign people in with Microsoft Entra, in the tenant that you are signed in to",
  },
  forbidden: {
    code: "kubernetes.forbidden",
    fault: "user",
    message: (what: string, said: string) => `${what}: ${said}`,
    hint: "the caller needs the role Azure Kubernetes Service RBAC Cluster Admin on the cluster, which clusterOperatorObjectId gives; --skip-kubernetes leaves the objects out",
  },
  conflict: {
    code: "kubernetes.field-conflict",
    fault: "user",
    message: (what: string, said: string) => `${what}: somebody else owns what it sets (${said})`,
    hint: "see what it is: kubectl diff --server-side --field-manager quayside -k kubernetes/overlays/<environment>; to take it over, kubectl apply with --force-conflicts (docs/kubernetes.md)",
  },
  kindMissing: {
    code: "kubernetes.kind-missing",
    fault: "azure",
    message: (what: string, said: string) => `${what}: the cluster has no such kind (${said})`,
    hint: "an extension brings it: InstanceType that of Azure ML, PodMonitor managed Prometheus, CiliumNetworkPolicy the network; see whether it is well, then run this again",
  },
  namespaceMissing: {
    code: "kubernetes.namespace-missing",
    fault: "azure",
    message: (what: string, said: string) => `${what}: ${said}`,
    hint: "the Azure ML extension makes azureml, Resource Manager the compute namespace; see whether they are well, then run this again",
  },
  invalid: {
    code: "kubernetes.invalid",
    fault: "user",
    message: (what: string, said: string) => `${what}: ${said}`,
    hint: "change it where it is defined (src/platform, quayside.config.ts)",
  },
  unreachable: {
    code: "kubernetes.unreachable",
    fault: "network",
    message: (what: string, said: string) => `${what} is not reached: ${said}`,
    hint: "a private API server answers in its network: run this from there, or allow run commands (profileOverrides.disableRunCommand false, and systemNodeTaints [], since their pod takes no tainted node); a public one may want your address in apiServerAllowedRanges; --skip-kubernetes leaves the objects out",
  },
  notStarted: {
    code: "kubernetes.command-not-started",
    fault: "azure",
    message: (what: string, said: string) => `${what} did not start: ${said}`,
    hint: "its pod needs room on a node without taints (profileOverrides.systemNodeTaints []); see what keeps it: kubectl get events --namespace aks-command",
  },
  refused: {
    code: "kubernetes.refused",
    fault: "azure",
    message: (what: string, said: string) => `${what}: ${said}`,
    hint: "see what the cluster says of itself: kubectl get events --all-namespaces",
  },
} as const satisfies Record<string, Row>;

export type RefusalKind = keyof typeof REFUSALS;

/** A cluster answers 403 also for what no role changes: a webhook's no, a full quota, a namespace that is on its way out. */
export function kindOfForbidden(said: string): RefusalKind {
  return /admission webhook|exceeded quota|being terminated/.test(said) ? "refused" : "forbidden";
}

/** The cluster said no, or could not be asked. */
export class KubernetesError extends QuaysideError {
  override readonly name = "KubernetesError";
  readonly kind: RefusalKind;

  /** `what` is the object or the server, `said` the cluster's own words. */
  constructor(kind: RefusalKind, what: string, said: string, cause?: unknown) {
    const { code, fault, message, hint } = REFUSALS[kind];
    super(message(what, oneLine(said)), { code, fault, hint, cause });
    this.kind = kind;
  }
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, "; ");
}
