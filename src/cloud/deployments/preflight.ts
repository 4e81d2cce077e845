import { idKey } from "../../azure/index.ts";
import type { JsonObject, JsonValue } from "../../base/index.ts";
import { ArmFault, type Principal } from "../contract.ts";
import {
  at,
  checkNesting,
  type DeploymentTarget,
  evaluateKnown,
  evaluateKnownParameters,
  type Moment,
  Pending,
  type Plan,
  type PlannedResource,
  planTemplate,
  type ResourceGroupFacts,
  type Scope,
  targetId,
} from "../template/index.ts";
import { checkDeploymentName } from "./deployment-name.ts";
import { type DeploymentFacts, type Engine, groupFacts, groupOf, requireScope, surroundingsOf } from "./engine.ts";
import type { Mode } from "./record.ts";
import type { ValidationLevel } from "./request.ts";

export interface Proposal {
  readonly id: string;
  readonly target: DeploymentTarget;
  readonly caller: Principal;
  readonly facts: DeploymentFacts;
  /** `{ name: { value } }` */
  readonly given: JsonObject;
  readonly mode: Mode;
  readonly moment: Moment;
}

/** A resource as far as it is known before the deployment runs; those of nested deployments are in the same list. */
export interface Foreseen {
  readonly deploymentId: string;
  readonly resource: PlannedResource;
  readonly body: JsonObject;
  /** False when the body still holds expressions. */
  readonly complete: boolean;
  /** Why nothing is known about what a nested deployment will deploy. */
  readonly unknown?: string;
}

/** Plans the deployment. Throws what ARM refuses about a template. */
export function planProposal(engine: Engine, proposal: Proposal): Plan {
  checkNesting(proposal.facts.template);
  return planOne(engine, proposal, undefined, undefined);
}

function planOne(
  engine: Engine,
  { caller, facts, given, moment, target }: Omit<Proposal, "id" | "mode">,
  group: ResourceGroupFacts | undefined,
  more: { readonly pending?: ReadonlySet<string>; readonly outer?: Scope } | undefined,
): Plan {
  const existing = groupOf(engine, target);
  const known = group ?? (existing && groupFacts(existing));
  return planTemplate({
    template: facts.template,
    given,
    target,
    surroundings: surroundingsOf(engine, caller, target, known, facts),
    moment,
    ...more,
  });
}

/** Everything that the plan would deploy, nested deployments opened. */
export function foresee(engine: Engine, proposal: Proposal, plan: Plan): Foreseen[] {
  const groups = new Map<string, ResourceGroupFacts>();
  return plan.resources
    .filter(({ condition, existing }) => condition && !existing)
    .flatMap((resource) => foreseeOne(engine, proposal, resource, groups));
}

function foreseeOne(
  engine: Engine,
  proposal: Proposal,
  resource: PlannedResource,
  groups: Map<string, ResourceGroupFacts>,
): Foreseen[] {
  const { nested } = resource;
  const deploymentId = proposal.id;
  if (nested === undefined) {
    const { complete, value } = at(`resources '${resource.symbol === undefined ? resource.name : resource.key}'`, () =>
      evaluateKnown(resource.body, resource.scope),
    );
    const body = value as JsonObject;
    if (/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+$/i.test(resource.id))
      groups.set(idKey(resource.id), plannedGroup(resource, body));
    return [{ deploymentId, resource, body, complete }];
  }
  checkDeploymentName(resource.name);
  const self: Foreseen = { deploymentId, resource, body: {}, complete: false };
  const group = nested.target.resourceGroup === undefined ? undefined : groups.get(idKey(targetId(nested.target)));
  if (group === undefined) requireScope(engine, nested.target);
  const known = nested.inner
    ? evaluateKnownParameters(nested, resource.scope, `resources '${resource.key}'`)
    : { given: {}, pending: new Set<string>() };
  const inner: Proposal = {
    ...proposal,
    id: resource.id,
    target: nested.target,
    given: known.given,
    mode: "Incremental",
    facts: {
      name: resource.name,
      template: nested.template,
      parameters: known.given,
      mode: "Incremental",
      ...(nested.location === undefined ? {} : { location: nested.location }),
    },
  };
  try {
    const plan = planOne(engine, inner, group, nested.inner ? { pending: known.pending } : { outer: resource.scope });
    return [self, ...foresee(engine, inner, plan)];
  } catch (error) {
    // A name or a condition that hangs on something not deployed yet: the deployment itself will tell.
    if (error instanceof Pending) return [{ ...self, unknown: error.message }];
    if (!(error instanceof ArmFault) || error.code !== "InvalidTemplate") throw error;
    throw new ArmFault(400, error.code, `in the nested deployment '${resource.name}': ${error.message}`, { target: resource.id });
  }
}

function plannedGroup({ id, name }: PlannedResource, body: JsonObject): ResourceGroupFacts {
  return { id, name, location: typeof body.location === "string" ? body.location : "" };
}

/** Faults that hold whatever the parts of a body that are not known yet will be. */
const STATIC_CODES = new Set([
  "AccountNameInvalid",
  "AuthorizationFailed",
  "InvalidApiVersionParameter",
  "InvalidResourceLocation",
  "InvalidResourceName",
  "InvalidResourceNamespace",
  "InvalidResourceType",
  "LocationNotAvailableForResourceType",
  "LocationRequired",
  "MissingSubscriptionRegistration",
  "NoRegisteredProviderFound",
  "ScopeLocked",
  "SubscriptionNotFound",
  "VaultNameNotValid",
]);

/** Asks the providers about every resource, without writing. Throws `InvalidTemplateDeployment` with a detail for each refusal. */
export async function checkWithProviders(
  engine: Engine,
  proposal: Proposal,
  foreseen: readonly Foreseen[],
  level: ValidationLevel,
): Promise<void> {
  if (level === "Template") return;
  const details: JsonObject[] = [];
  const statuses = new Set<number>();
  for (const { body, complete, resource } of foreseen) {
    if (resource.nested !== undefined) continue;
    if (resource.onlyIfNotExists && engine.host.resources.get(resource.id) !== undefined) continue;
    const fault = await refusal(engine, proposal.caller, resource, body);
    if (fault === undefined || (!complete && !STATIC_CODES.has(fault.code))) continue;
    if (level === "ProviderNoRbac" && fault.code === "AuthorizationFailed") continue;
    statuses.add(fault.status);
    details.push({ ...fault.toError(), target: fault.target ?? resource.id });
  }
  if (details.length === 0) return;
  const status = statuses.size === 1 && statuses.has(403) ? 403 : 400;
  throw new ArmFault(
    status,
    "InvalidTemplateDeployment",
    `the template deployment '${proposal.facts.name}' is not valid; see the details`,
    { details },
  );
}

async function refusal(
  engine: Engine,
  caller: Principal,
  { apiVersion, id }: PlannedResource,
  body: JsonObject,
): Promise<ArmFault | undefined> {
  try {
    await engine.host.resources.check(id, apiVersion, body, caller);
    return undefined;
  } catch (error) {
    if (error instanceof ArmFault) return error;
    throw error;
  }
}

export const validatedResources = (foreseen: readonly Foreseen[]): JsonValue[] =>
  foreseen.filter(({ resource }) => resource.nested === undefined).map(({ resource }) => ({ id: resource.id }));
