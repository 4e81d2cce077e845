import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { readBatchSize, readCondition, readDependsOn, readOptions, readText, required } from "./declaration.ts";
import { copyCount } from "./evaluate.ts";
import { at, invalidTemplate } from "./fault.ts";
import { readNested } from "./nested-declaration.ts";
import type { DeploymentTarget, PlannedResource } from "./planned.ts";
import { placeOf, resourceIdOf, scopeId } from "./resource-scope.ts";
import { type Scope, withLoop } from "./scope.ts";
import { asResource, type DeclaredResource, LIMITS, type Template } from "./template.ts";
import { entriesOf, fromEntries, member } from "./values.ts";

/** A planned resource before its dependencies are known, with the `dependsOn` that it declares. */
export interface Draft extends Omit<PlannedResource, "dependsOn"> {
  readonly declaredDependsOn: readonly JsonValue[];
  /** The classic parent around it, as a key. */
  readonly parent?: string;
  /** For serial loops: how many copies run at a time. */
  readonly batchSize?: number;
}

/** Members that steer a deployment and never reach a provider. */
const STEERING = new Set(
  [
    "type",
    "apiVersion",
    "name",
    "dependsOn",
    "condition",
    "copy",
    "scope",
    "comments",
    "metadata",
    "existing",
    "subscriptionId",
    "resourceGroup",
    "resources",
    "@options",
  ].map((name) => name.toLowerCase()),
);

/** Refused by name rather than ignored: each changes what a deployment does. */
const UNSUPPORTED = ["import", "extension", "asserts"];

export const DEPLOYMENT_TYPE = "Microsoft.Resources/deployments";

/** What `dependsOn` may name although nothing stands behind it: a loop that runs zero times. */
export function declaredNames(template: Template): Set<string> {
  return new Set(
    template.resources.flatMap(({ declaration, symbol }) => {
      const copy = member(declaration, "copy");
      const loop = isObject(copy) && typeof copy.name === "string" ? [copy.name] : [];
      return [...(symbol === undefined ? [] : [symbol]), ...loop].map((name) => name.toLowerCase());
    }),
  );
}

/** Every resource that the template declares, loops and classic nesting unrolled. */
export function draftResources(template: Template, target: DeploymentTarget, scope: Scope): Draft[] {
  const drafts = template.resources.flatMap((declared) => draftDeclared(declared, { template, target, scope }));
  if (drafts.length > LIMITS.resources) {
    throw invalidTemplate(
      `the template has ${drafts.length} resources after its loops are unrolled; at most ${LIMITS.resources} are allowed`,
      "resources",
    );
  }
  return drafts;
}

interface Context {
  readonly template: Template;
  readonly target: DeploymentTarget;
  readonly scope: Scope;
  readonly parent?: Draft;
}

function draftDeclared(declared: DeclaredResource, context: Context): Draft[] {
  const { declaration } = declared;
  const copy = member(declaration, "copy");
  if (copy === undefined) return draftOne(declared, context);
  if (!isObject(copy) || typeof copy.name !== "string" || copy.count === undefined)
    throw invalidTemplate("a resource's copy needs a name and a count", "copy");
  const loop = copy.name;
  const batchSize = readBatchSize(copy, context.scope, loop);
  const count = at(`copy loop '${loop}'`, () => copyCount(copy.count ?? null, context.scope, loop));
  return Array.from({ length: count }, (_, index) =>
    draftOne(
      declared,
      { ...context, scope: withLoop(context.scope, { name: loop, index, outer: true }) },
      { loop, index, batchSize },
    ),
  ).flat();
}

interface Copy {
  readonly loop: string;
  readonly index: number;
  readonly batchSize: number | undefined;
}

function draftOne(declared: DeclaredResource, context: Context, copy?: Copy): Draft[] {
  const { declaration, symbol } = declared;
  const name = member(declaration, "name");
  const place = symbol ?? (typeof name === "string" ? name : "without a name");
  for (const unsupported of UNSUPPORTED) {
    if (member(declaration, unsupported) !== undefined) {
      throw invalidTemplate(`the resource '${place}' has '${unsupported}', which is not supported`, unsupported);
    }
  }
  const condition = at(`resources '${place}'.condition`, () => readCondition(declaration, context.scope, place));
  try {
    const draft = draftNamed(declared, context, { place, condition, ...(copy === undefined ? {} : { copy }) });
    return [draft, ...draftChildren(declaration, draft, context)];
  } catch (error) {
    // Names often make sense only when the condition holds: that of an optional vault, say.
    if (condition || !(error instanceof ArmFault)) throw error;
    return [undeployed(declared, context, place, copy)];
  }
}

/** Stands for a resource that is not deployed and has no name; others may still depend on it. */
function undeployed({ declaration, symbol }: DeclaredResource, { scope }: Context, place: string, copy: Copy | undefined): Draft {
  return {
    key: keyOf(symbol, copy) ?? `(${place})`,
    ...(symbol === undefined ? {} : { symbol }),
    ...(copy === undefined ? {} : { loop: copy.loop, loopIndex: copy.index }),
    id: "",
    type: "",
    name: "",
    apiVersion: "",
    condition: false,
    existing: member(declaration, "existing") === true,
    onlyIfNotExists: false,
    body: {},
    scope,
    declaredDependsOn: [],
  };
}

function keyOf(symbol: string | undefined, copy: Copy | undefined): string | undefined {
  return symbol === undefined || copy === undefined ? symbol : `${symbol}[${copy.index}]`;
}

function draftNamed(
  { declaration, symbol }: DeclaredResource,
  { parent, scope, target: own, template }: Context,
  { condition, copy, place }: { readonly place: string; readonly condition: boolean; readonly copy?: Copy },
): Draft {
  const text = (name: string) => at(`resources '${place}'.${name}`, () => readText(declaration, name, scope, place));
  const [ownType, ownName] = [required(text("type"), "type", place), required(text("name"), "name", place)];
  const nestedType = parent === undefined || ownType.toLowerCase().startsWith(`${parent.type.toLowerCase()}/`);
  const type = nestedType || parent === undefined ? ownType : `${parent.type}/${ownType}`;
  const name =
    parent === undefined || ownName.toLowerCase().startsWith(`${parent.name.toLowerCase()}/`)
      ? ownName
      : `${parent.name}/${ownName}`;
  const apiVersion = required(text("apiVersion"), "apiVersion", place);
  const existing = member(declaration, "existing") === true;
  if (existing && symbol === undefined)
    throw invalidTemplate(`the resource '${place}' is 'existing', which needs languageVersion 2.0`, "existing");
  const isDeployment = type.toLowerCase() === DEPLOYMENT_TYPE.toLowerCase();
  const target = placeOf(declaration, text, own, { place, movable: existing || isDeployment });
  const id = resourceIdOf(type, name, scopeId(text("scope"), target, own, isDeployment && !existing), place);
  return {
    key: keyOf(symbol, copy) ?? id.toLowerCase(),
    ...(symbol === undefined ? {} : { symbol }),
    ...(copy === undefined ? {} : { loop: copy.loop, loopIndex: copy.index }),
    ...(copy?.batchSize === undefined ? {} : { batchSize: copy.batchSize }),
    ...(parent === undefined ? {} : { parent: parent.key }),
    id,
    type,
    name,
    apiVersion,
    condition,
    existing,
    onlyIfNotExists: readOptions(declaration, place),
    body: fromEntries(entriesOf(declaration).filter(([key]) => !STEERING.has(key.toLowerCase()))),
    scope,
    ...(isDeployment && !existing
      ? { nested: readNested(declaration, target, text, { place, scope, symbolic: template.symbolic }) }
      : {}),
    declaredDependsOn: readDependsOn(declaration, place),
  };
}

/** Classic templates nest children; in languageVersion 2.0 ARM refuses that. */
function draftChildren(declaration: JsonObject, parent: Draft, context: Context): Draft[] {
  const children = member(declaration, "resources");
  if (children === undefined) return [];
  if (context.template.symbolic)
    throw invalidTemplate(`the resource '${parent.key}' nests resources, which languageVersion 2.0 does not allow`, "resources");
  if (!Array.isArray(children)) throw invalidTemplate(`the 'resources' of '${parent.name}' is not an array`, "resources");
  return children.flatMap((child) =>
    draftDeclared({ declaration: asResource(child, parent.name) }, { ...context, scope: parent.scope, parent }),
  );
}
