import { idKey, isWithin } from "../../azure/index.ts";
import { type JsonObject, type JsonValue, jsonEqual } from "../../base/index.ts";
import type { Resource } from "../contract.ts";
import { targetId } from "../template/index.ts";
import { compareProperties } from "./delta.ts";
import { type Engine, nameOfId } from "./engine.ts";
import type { Foreseen, Proposal } from "./preflight.ts";
import type { DeploymentRequest } from "./request.ts";

/** The changes that a deployment would make: only what the template says is compared, so providers' defaults are no noise. */
export function foreseeChanges(
  engine: Engine,
  proposal: Proposal,
  foreseen: readonly Foreseen[],
  resultFormat: DeploymentRequest["resultFormat"],
): JsonObject[] {
  const changes = foreseen.flatMap((item) => changeOf(engine, proposal, item, foreseen, resultFormat));
  const listed = new Set(foreseen.map(({ resource }) => idKey(resource.id)));
  const others = proposal.target.resourceGroup === undefined ? [] : engine.host.resources.below(targetId(proposal.target));
  const unlisted = others.filter(({ id }) => isTopLevel(id) && !listed.has(idKey(id)));
  const fate = proposal.mode === "Complete" ? "Delete" : "Ignore";
  for (const { id } of unlisted) {
    const before = engine.host.resources.view(id);
    changes.push({
      resourceId: id,
      changeType: fate,
      ...(before === undefined || resultFormat === "ResourceIdOnly" ? {} : { before: shown(before) }),
    });
  }
  return changes.sort((a, b) => compareIds(a.resourceId, b.resourceId));
}

const isTopLevel = (id: string) =>
  /\/resourcegroups\/[^/]+\/providers\/(?!microsoft\.authorization\/)[^/]+\/[^/]+\/[^/]+$/i.test(id);

function changeOf(
  engine: Engine,
  proposal: Proposal,
  { body, deploymentId, resource, unknown }: Foreseen,
  all: readonly Foreseen[],
  resultFormat: DeploymentRequest["resultFormat"],
): JsonObject[] {
  const { id, symbol } = resource;
  const common = {
    resourceId: id,
    ...(deploymentId === proposal.id ? {} : { deploymentId }),
    ...(symbol === undefined ? {} : { symbolicName: resource.key }),
  };
  if (resource.nested !== undefined)
    return unknown === undefined ? [] : [{ ...common, changeType: "Unsupported", unsupportedReason: unknown }];
  const before = engine.host.resources.view(id);
  if (resultFormat === "ResourceIdOnly") return [{ ...common, changeType: before === undefined ? "Create" : "Deploy" }];
  const after: JsonObject = {
    apiVersion: resource.apiVersion,
    id,
    ...body,
    name: before?.name ?? resource.name.split("/").at(-1) ?? resource.name,
    type: resource.type,
  };
  if (before === undefined) return [{ ...common, changeType: "Create", after }];
  if (resource.onlyIfNotExists) return [{ ...common, changeType: "NoChange", before: shown(before), after: shown(before) }];
  const delta = compareProperties(shown(before), body, (name) => all.some((other) => isChild(other.resource.id, id, name)));
  const same = delta.length === 0 || jsonEqual(shown(before), after);
  return [{ ...common, changeType: same ? "NoChange" : "Modify", before: shown(before), after, ...(same ? {} : { delta }) }];
}

const isChild = (id: string, parent: string, name: string) =>
  isWithin(id, parent) && idKey(id) !== idKey(parent) && nameOfId(id).split("/").at(-1)?.toLowerCase() === name.toLowerCase();

function shown({ etag: _etag, systemData: _data, ...rest }: Resource): JsonObject {
  return rest;
}

function compareIds(a: JsonValue | undefined, b: JsonValue | undefined): number {
  return typeof a === "string" && typeof b === "string" ? a.localeCompare(b) : 0;
}
