import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { copyCount, evaluateText } from "./evaluate.ts";
import { at, invalidTemplate } from "./fault.ts";
import { type DeploymentTarget, type NestedDeployment, type PlannedResource, targetId } from "./planned.ts";
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

function readBatchSize(copy: JsonObject, scope: Scope, loop: string): number | undefined {
  const mode = typeof copy.mode === "string" ? copy.mode.toLowerCase() : (copy.mode ?? "parallel");
  if (mode === "parallel") return undefined;
  if (mode !== "serial")
    throw invalidTemplate(`the mode of copy loop '${loop}' is ${JSON.stringify(copy.mode)}; expected 'serial' or 'parallel'`);
  const size = typeof copy.batchSize === "string" ? evaluateText(copy.batchSize, scope) : (copy.batchSize ?? 1);
  if (typeof size !== "number" || !Number.isInteger(size) || size < 1)
    throw invalidTemplate(`the batchSize of copy loop '${loop}' is ${JSON.stringify(size)}; expected an integer of 1 or more`);
  return size;
}

function draftOne(
  { symbol, declaration }: DeclaredResource,
  context: Context,
  copy?: { readonly loop: string; readonly index: number; readonly batchSize: number | undefined },
): Draft[] {
  const { scope, parent } = context;
  const declaredName = member(declaration, "name");
  const place = symbol ?? (typeof declaredName === "string" ? declaredName : "without a name");
  const text = (name: string) => at(`resources '${place}'.${name}`, () => readText(declaration, name, scope, place));
  for (const name of UNSUPPORTED) {
    if (member(declaration, name) !== undefined)
      throw invalidTemplate(`the resource '${place}' has '${name}', which is not supported`, name);
  }
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
  const target = placeOf(declaration, text, context.target, { place, movable: existing || isDeployment });
  const id = resourceIdOf(type, name, scopeId(text("scope"), target, context.target, isDeployment && !existing), place);
  const draft: Draft = {
    key: symbol === undefined ? id.toLowerCase() : copy === undefined ? symbol : `${symbol}[${copy.index}]`,
    ...(symbol === undefined ? {} : { symbol }),
    ...(copy === undefined ? {} : { loop: copy.loop, loopIndex: copy.index }),
    ...(copy?.batchSize === undefined ? {} : { batchSize: copy.batchSize }),
    ...(parent === undefined ? {} : { parent: parent.key }),
    id,
    type,
    name,
    apiVersion,
    condition: at(`resources '${place}'.condition`, () => readCondition(declaration, scope, place)),
    existing,
    onlyIfNotExists: readOptions(declaration, place),
    body: fromEntries(entriesOf(declaration).filter(([key]) => !STEERING.has(key.toLowerCase()))),
    scope,
    ...(isDeployment && !existing
      ? { nested: readNested(declaration, target, text, { place, symbolic: context.template.symbolic }) }
      : {}),
    declaredDependsOn: readDependsOn(declaration, place),
  };
  return [draft, ...draftChildren(declaration, draft, context)];
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

function readText(declaration: JsonObject, name: string, scope: Scope, place: string): string | undefined {
  const declared = member(declaration, name);
  if (declared === undefined || declared === null) return undefined;
  const value = typeof declared === "string" ? evaluateText(declared, scope) : declared;
  if (typeof value !== "string")
    throw invalidTemplate(`the ${name} of resource '${place}' is ${JSON.stringify(value)}; expected a string`, name);
  return value;
}

function required(value: string | undefined, name: string, place: string): string {
  if (value === undefined || value === "") throw invalidTemplate(`the resource '${place}' has no ${name}`, name);
  return value;
}

function readCondition(declaration: JsonObject, scope: Scope, place: string): boolean {
  const declared = member(declaration, "condition");
  if (declared === undefined) return true;
  const value = typeof declared === "string" ? evaluateText(declared, scope) : declared;
  if (typeof value === "string" && /^(true|false)$/i.test(value)) return value.toLowerCase() === "true";
  if (typeof value !== "boolean")
    throw invalidTemplate(`the condition of resource '${place}' is ${JSON.stringify(value)}; expected a boolean`, "condition");
  return value;
}

function readOptions(declaration: JsonObject, place: string): boolean {
  const options = member(declaration, "@options");
  if (options === undefined) return false;
  if (!isObject(options)) throw invalidTemplate(`the @options of resource '${place}' is not an object`, "@options");
  const unknown = Object.keys(options).find((name) => name !== "onlyIfNotExists");
  if (unknown !== undefined)
    throw invalidTemplate(`the option '${unknown}' of resource '${place}' is not supported; only onlyIfNotExists is`, "@options");
  return options.onlyIfNotExists === true;
}

function readDependsOn(declaration: JsonObject, place: string): JsonValue[] {
  const dependsOn = member(declaration, "dependsOn");
  if (dependsOn === undefined) return [];
  if (!Array.isArray(dependsOn)) throw invalidTemplate(`the dependsOn of resource '${place}' is not an array`, "dependsOn");
  return dependsOn;
}

function placeOf(
  declaration: JsonObject,
  text: (name: string) => string | undefined,
  target: DeploymentTarget,
  { place, movable }: { place: string; movable: boolean },
): DeploymentTarget {
  const [subscriptionId, resourceGroup] = [text("subscriptionId"), text("resourceGroup")];
  if (subscriptionId === undefined && resourceGroup === undefined) return target;
  if (!movable)
    throw invalidTemplate(
      `the resource '${place}' has its own ${resourceGroup === undefined ? "subscriptionId" : "resourceGroup"}; only nested deployments and existing resources may`,
    );
  if (resourceGroup !== undefined) return { subscriptionId: subscriptionId ?? target.subscriptionId, resourceGroup };
  const moved = subscriptionId?.toLowerCase() !== target.subscriptionId.toLowerCase();
  const keepsGroup = member(declaration, "location") === undefined && !moved && target.resourceGroup !== undefined;
  return {
    subscriptionId: subscriptionId ?? target.subscriptionId,
    ...(keepsGroup ? { resourceGroup: target.resourceGroup } : {}),
  };
}

/** The id that the resource lies below. A relative scope (`Microsoft.KeyVault/vaults/kv`) is a resource of the deployment's own scope. */
function scopeId(declared: string | undefined, target: DeploymentTarget, own: DeploymentTarget, isDeployment: boolean): string {
  if (declared === undefined) return targetId(target);
  if (isDeployment && declared !== "" && !/^\/subscriptions\/[^/]+(\/resourceGroups\/[^/]+)?$/i.test(declared)) {
    throw invalidTemplate(
      `the scope '${declared}' of a nested deployment is not supported; use a subscription or a resource group`,
      "scope",
    );
  }
  if (declared === "/") return "";
  if (declared.startsWith("/")) return declared.replace(/\/$/, "");
  const [namespace = "", ...rest] = declared.split("/");
  return `${targetId(own)}/providers/${namespace}/${rest.join("/")}`;
}

/** `Microsoft.Network/virtualNetworks/subnets` and `vnet/snet` -> `.../virtualNetworks/vnet/subnets/snet`. */
function resourceIdOf(type: string, name: string, scope: string, place: string): string {
  const [namespace = "", ...types] = type.split("/");
  const names = name.split("/");
  if (types.length === 0 || types.length !== names.length) {
    throw invalidTemplate(
      `the name '${name}' of resource '${place}' has ${names.length} segments; the type '${type}' needs ${types.length}`,
      "name",
    );
  }
  if (type.toLowerCase() === "microsoft.resources/resourcegroups") return `${scope}/resourceGroups/${name}`;
  return `${scope}/providers/${namespace}${types.map((part, index) => `/${part}/${names[index]}`).join("")}`;
}

function readNested(
  declaration: JsonObject,
  target: DeploymentTarget,
  text: (name: string) => string | undefined,
  { place, symbolic }: { place: string; symbolic: boolean },
): NestedDeployment {
  const properties = member(declaration, "properties");
  if (!isObject(properties)) throw invalidTemplate(`the nested deployment '${place}' has no properties`, "properties");
  const template = member(properties, "template");
  for (const name of ["templateLink", "parametersLink", "onErrorDeployment"]) {
    if (member(properties, name) !== undefined)
      throw invalidTemplate(
        `the nested deployment '${place}' has a ${name}, which is not supported; put the content in the template`,
        name,
      );
  }
  if (!isObject(template)) throw invalidTemplate(`the nested deployment '${place}' has no template`, "template");
  const mode = member(properties, "mode") ?? "Incremental";
  if (typeof mode !== "string" || mode.toLowerCase() !== "incremental") {
    throw invalidTemplate(
      `the nested deployment '${place}' has the mode ${JSON.stringify(mode)}; only Incremental is allowed below the outermost deployment`,
      "mode",
    );
  }
  const options = member(properties, "expressionEvaluationOptions");
  const declared = isObject(options) && typeof options.scope === "string" ? options.scope.toLowerCase() : "notspecified";
  // languageVersion 2.0 made inner the default.
  const inner = declared === "inner" || (declared === "notspecified" && symbolic);
  const parameters = member(properties, "parameters") ?? {};
  if (!isObject(parameters))
    throw invalidTemplate(`the parameters of the nested deployment '${place}' are not an object`, "parameters");
  if (!inner && Object.keys(parameters).length > 0) {
    throw invalidTemplate(
      `the nested deployment '${place}' is evaluated in the outer scope and cannot have parameters; set expressionEvaluationOptions.scope to inner`,
      "parameters",
    );
  }
  const scope = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?$/i.exec(text("scope") ?? "");
  const moved =
    scope === null ? target : { subscriptionId: scope[1] ?? "", ...(scope[2] === undefined ? {} : { resourceGroup: scope[2] }) };
  const location = text("location");
  return { target: moved, template, parameters, inner, ...(location === undefined ? {} : { location }) };
}
