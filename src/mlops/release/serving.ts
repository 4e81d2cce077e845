import {
  type Endpoint,
  type EndpointDeployment,
  findEndpoint,
  findModel,
  listDeployments,
  type ModelVersion,
  type Workspace,
} from "../../arm/index.ts";
import { QuaysideError } from "../../report/index.ts";

/** On every deployment: the release that made it. Ids begin with the time, so a later release has the greater one. */
export const RELEASE_TAG = "quayside.release";

/** On the endpoint: releases up to this one have ended. It is set by the very change of traffic that ends one. */
export const ENDED_TAG = "quayside.ended";

/** What an endpoint itself says about who serves, and whether a release was left in the middle. */
export interface Serving {
  readonly stable?: string;
  /** The version that is being released, with its percentage: 0 until users meet it. */
  readonly candidate?: Candidate;
}

export interface Candidate {
  readonly name: string;
  readonly percent: number;
  readonly release: string;
}

/**
 * Reads it from the traffic and the tags, so that it needs no memory of its own: of two deployments with traffic, the one
 * made by the later release is the candidate, whatever their shares; beside one with all of it, a later release's that has
 * not ended.
 */
export function readServing(endpoint: Endpoint, deployments: readonly EndpointDeployment[]): Serving {
  const { traffic, tags } = endpoint;
  const made = deployments
    .map(({ name, tags: own }) => ({ name, percent: traffic[name] ?? 0, release: own[RELEASE_TAG] ?? "" }))
    .sort((a, b) => (a.release < b.release ? -1 : 1));
  const serving = made.filter(({ percent }) => percent > 0);
  if (serving.length > 1) return readSplit(endpoint, serving);
  const [stable] = serving;
  const ended = [tags[ENDED_TAG] ?? "", stable?.release ?? ""].sort().at(-1) ?? "";
  const candidate = made.findLast((one) => one !== stable && one.release > ended);
  return { ...(stable === undefined ? {} : { stable: stable.name }), ...(candidate === undefined ? {} : { candidate }) };
}

function readSplit({ name }: Endpoint, serving: readonly Candidate[]): Serving {
  const [stable, candidate] = serving;
  if (serving.length > 2 || stable === undefined || candidate === undefined || candidate.release === "") {
    const split = serving.map((one) => `${one.name} ${one.percent} %`).join(", ");
    throw new QuaysideError(`endpoint ${name} splits its traffic (${split}), which is no release of Quayside`, {
      code: "mlops.foreign-split",
      fault: "user",
      hint: "give one deployment all traffic first",
    });
  }
  return { stable: stable.name, candidate };
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
  const { stable } = readServing(endpoint, deployments);
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
