import { findResourceGroup, listDeployments, listEndpoints, listResources, openWorkspace } from "../../arm/index.ts";
import { asString, isObject, type JsonObject } from "../../base/index.ts";
import { EXIT } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { objectsLine, objectsStatus } from "../objects-status.ts";
import { GROUP_FLAGS, openSession, resourceGroupName, SESSION_FLAGS, type SessionFlags } from "../session.ts";

const CLUSTERS = "Microsoft.ContainerService/managedClusters";
const WORKSPACES = "Microsoft.MachineLearningServices/workspaces";
const ENDPOINTS = `${WORKSPACES}/onlineEndpoints`;

interface StatusFlags extends SessionFlags, Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
}

export const status = command<StatusFlags>({
  brief: BRIEFS.status,
  flags: { ...SESSION_FLAGS, ...GROUP_FLAGS },
  aliases: { g: "resourceGroup" },
  async run(flags, bench) {
    const { client } = await openSession(flags, bench, "require");
    const resourceGroup = await resourceGroupName(flags, bench);
    if ((await findResourceGroup(client, resourceGroup, bench.signal)) === undefined) {
      bench.renderer.result(`${resourceGroup} is not there`, { resourceGroup, resources: [], objects: [], endpoints: [] });
      return EXIT.done;
    }
    const listed = await listResources(client, resourceGroup, bench.signal);
    const resources = listed.map(row);
    const objects = [];
    for (const { id, name, type } of listed)
      if (type === CLUSTERS) objects.push(await objectsStatus(client, { id: asString(id), name: asString(name) }, bench.signal));
    const endpoints = [];
    for (const { name } of resources.filter(({ type }) => type === WORKSPACES)) {
      const workspace = await openWorkspace(client, resourceGroup, name, bench.signal);
      for (const endpoint of await listEndpoints(workspace, bench.signal)) {
        const deployments = await listDeployments(workspace, endpoint.name, bench.signal);
        endpoints.push({
          name: endpoint.name,
          state: endpoint.state,
          scoringUri: endpoint.scoringUri,
          deployments: deployments.map((deployment) => ({
            name: deployment.name,
            state: deployment.state,
            model: deployment.model.split("/models/")[1] ?? deployment.model,
            traffic: endpoint.traffic[deployment.name] ?? 0,
          })),
        });
      }
    }
    const lines = [
      // Endpoints have lines of their own, with traffic.
      ...resources
        .filter(({ type }) => !type.startsWith(ENDPOINTS))
        .map(({ type, name, state }) => `${state.padEnd(10)} ${name.padEnd(28)} ${type}`),
      ...objects.map(objectsLine),
      ...endpoints.flatMap((endpoint) => [
        `${endpoint.state.padEnd(10)} ${endpoint.name.padEnd(28)} ${endpoint.scoringUri}`,
        ...endpoint.deployments.map(
          ({ name, state, model, traffic }) => `${state.padEnd(10)}   ${name.padEnd(26)} ${traffic} % ${model}`,
        ),
      ]),
    ];
    bench.renderer.result(lines.join("\n"), { resourceGroup, resources, objects, endpoints });
    return EXIT.done;
  },
});

function row(resource: JsonObject): { type: string; name: string; state: string } {
  const properties = isObject(resource.properties) ? resource.properties : {};
  const state = asString(resource.provisioningState) || asString(properties.provisioningState) || "Succeeded";
  return { type: asString(resource.type), name: asString(resource.name), state };
}
