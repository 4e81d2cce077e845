import { idKey } from "../../../../azure/index.ts";
import type { CloudHost, Workload } from "../../../contract.ts";
import { textAt } from "../../common/body.ts";
import { computeNamespace, imageOf } from "../pods.ts";
import { kubernetesCompute, kubernetesResources } from "./compute.ts";
import type { Fleet } from "./fleet.ts";
import type { ReplicaSet } from "./replica-set.ts";
import type { DeploymentSpec } from "./route.ts";

const EXTENSIONS = "Microsoft.KubernetesConfiguration/extensions";
/** The extension's own front end. */
const FRONT_END = "azureml-fe";
/** Lines of a deployment's log that are searched for those of one instance. */
const SEARCHED_LINES = 10_000;

/** What runs for online endpoints, as the cluster's Kubernetes API shows it: a Deployment for each, and the front end. */
export function workloadsOf(host: CloudHost, fleet: Fleet): Workload[] {
  const byDeployment = Map.groupBy(fleet.running, ({ spec }) => idKey(spec.deploymentId));
  const models = [...byDeployment.values()].flatMap((sets) => modelServers(host, fleet, sets) ?? []);
  return [...models, ...frontEnds(host, fleet)];
}

/** While a deployment rolls, both its old and its new instances are its pods. */
function modelServers(
  host: CloudHost,
  fleet: Fleet,
  sets: readonly { readonly spec: DeploymentSpec; readonly set: ReplicaSet }[],
): Workload | undefined {
  const newest = sets.at(-1);
  const endpoint = newest && host.resources.get(newest.spec.endpointId);
  const deployment = newest && host.resources.get(newest.spec.deploymentId);
  if (newest === undefined || endpoint === undefined || deployment === undefined) return undefined;
  const { spec } = newest;
  const compute = kubernetesCompute(host, endpoint.properties.compute);
  const resources = kubernetesResources(deployment.properties.containerResourceRequirements);
  const processes = sets.flatMap(({ set }) => set.processes);
  return {
    cluster: spec.cluster,
    namespace: computeNamespace(compute),
    name: `${spec.name}-${endpoint.name}`.toLowerCase(),
    controller: "Deployment",
    manager: "amloperator",
    labels: {
      isazuremlapp: "true",
      "ml.azure.com/endpoint-name": endpoint.name,
      "ml.azure.com/deployment-name": spec.name,
    },
    container: { name: "inference-server", image: imageOf(host, deployment.properties), resources },
    processes,
    logs(id, lines) {
      const mark = `[${processes.find((process) => process.id === id)?.index ?? ""}] `;
      const found = fleet.log(spec.deploymentId, "inference-server").tail(SEARCHED_LINES);
      return found.flatMap((line) => (line.startsWith(mark) ? [line.slice(mark.length)] : [])).slice(-lines);
    },
    end(id) {
      for (const { set } of sets) set.end(id);
    },
  };
}

function frontEnds(host: CloudHost, fleet: Fleet): Workload[] {
  return fleet.routers.flatMap(({ cluster, router }): Workload[] => {
    const [extension] = host.resources.below(cluster, EXTENSIONS);
    if (extension === undefined) return [];
    return [
      {
        cluster,
        namespace: textAt(extension, "properties.scope.cluster.releaseNamespace") ?? "azureml",
        name: FRONT_END,
        controller: "Deployment",
        manager: "helm",
        labels: { app: FRONT_END, "ml.azure.com/amlarc-system": "true" },
        container: { name: FRONT_END, image: FRONT_END },
        processes: [router.process],
        logs: (_, lines) => router.lines.slice(-lines),
        end: () => router.end(),
      },
    ];
  });
}
