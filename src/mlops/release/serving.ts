import {
  type EndpointDeployment,
  findEndpoint,
  findModel,
  listDeployments,
  type ModelVersion,
  type Traffic,
  type Workspace,
} from "../../arm/index.ts";
import { asString, isObject } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";

/** On every deployment: the release that made it. Ids begin with the time, so a later release has the greater one. */
export const RELEASE_TAG = "quayside.release";

/** What an endpoint itself says about who serves, and whether a release was left in the middle. */
export interface Serving {
  readonly stable?: string;
  /** The version that was being given traffic, with its percentage. */
  readonly candidate?: { readonly name: string; readonly percent: number; readonly release: string };
}

/**
 * Reads it from the traffic and the deployments' tags, so that it needs no memory of its own: of two deployments with
 * traffic, the one made by the later release is the candidate, whatever their shares.
 */
export function readServing(endpoint: string, traffic: Traffic, deployments: readonly EndpointDeployment[]): Serving {
  const serving = Object.entries(traffic).filter(([, percent]) => percent > 0);
  const [only] = serving;
  if (only === undefined) return {};
  if (serving.length === 1) return { stable: only[0] };
  const made = serving
    .map(([name, percent]) => ({ name, percent, release: releaseOf(deployments.find((one) => one.name === name)) }))
    .sort((a, b) => (a.release < b.release ? -1 : 1));
  const [stable, candidate] = made;
  if (made.length > 2 || stable === undefined || candidate === undefined || candidate.release === "") {
    throw new QuaysideError(
      `endpoint ${endpoint} splits its traffic (${serving.map(([name, percent]) => `${name} ${percent} %`).join(", ")}), which is no release of Quayside`,
      { code: "mlops.foreign-split", fault: "user", hint: "give one deployment all traffic first" },
    );
  }
  return { stable: stable.name, candidate };
}

export function releaseOf(deployment: EndpointDeployment | undefined): string {
  const tags = deployment?.body.tags;
  const tag = isObject(tags) ? tags[RELEASE_TAG] : undefined;
  return tag === undefined ? "" : asString(tag);
}

/** What serves users now: the stable deployment and its model, also while a release is under way. */
export interface Champion {
  readonly deployment: string;
  readonly model: ModelVersion;
}

export async function findChampion(
  workspace: Workspace,
  endpointName: string,
  signal: AbortSignal,
): Promise<Champion | undefined> {
  const endpoint = await findEndpoint(workspace, endpointName, signal);
  if (endpoint === undefined) return undefined;
  const deployments = await listDeployments(workspace, endpointName, signal);
  const { stable } = readServing(endpointName, endpoint.traffic, deployments);
  const named = modelOf(deployments.find(({ name }) => name === stable));
  if (stable === undefined || named === undefined) return undefined;
  const model = await findModel(workspace, named.name, named.version, signal);
  return model && { deployment: stable, model };
}

export interface ModelName {
  readonly name: string;
  readonly version: string;
}

/** Name and version out of a deployment's ARM id of its model. */
export function modelOf(deployment: EndpointDeployment | undefined): ModelName | undefined {
  const [, name, version] = /\/models\/([^/]+)\/versions\/([^/]+)$/.exec(deployment?.model ?? "") ?? [];
  return name === undefined || version === undefined ? undefined : { name, version };
}

/** What each deployment holds, by its name. */
export function modelsOf(deployments: readonly EndpointDeployment[]): Record<string, ModelName> {
  return Object.fromEntries(
    deployments.flatMap((deployment) => {
      const model = modelOf(deployment);
      return model === undefined ? [] : [[deployment.name, model]];
    }),
  );
}
