import type { JsonObject, JsonValue } from "../../base/index.ts";
import {
  dependencies,
  deployedParameters,
  type ExistingResource,
  existingDependencies,
  inferTypes,
  literalKey,
  type Node,
  type Output,
  type Parameter,
  type Program,
  type Resource,
} from "../../ir/index.ts";
import { type ArmPrinter, armPrinter } from "./expression.ts";
import { quote } from "./quote.ts";

const SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01";

/** A template with symbolic names (languageVersion 2.0), for the scope of a resource group. */
export function armTemplate(program: Program): JsonObject {
  const printer = armPrinter(program);
  const before = dependencies(program);
  const typeOf = inferTypes(program);
  const variables = program.variables.filter((variable) => !printer.isInlined(variable.name));
  return {
    $schema: `${SCHEMA}/deploymentTemplate.json#`,
    languageVersion: "2.0",
    contentVersion: "1.0.0.0",
    metadata: { _generator: { name: "quayside" } },
    parameters: table(
      deployedParameters(program),
      ({ name }) => name,
      (parameter) => armParameter(parameter, printer),
    ),
    ...(variables.length === 0
      ? {}
      : {
          variables: table(
            variables,
            ({ name }) => name,
            ({ value }) => printer.value(value),
          ),
        }),
    resources: {
      ...table(
        program.existing,
        ({ symbol }) => symbol,
        (existing) => armExisting(existing, [...existingDependencies(program, existing)], printer),
      ),
      ...table(
        program.resources,
        ({ symbol }) => symbol,
        (resource) => armResource(resource, [...(before.get(resource.symbol) ?? [])], printer, typeOf),
      ),
    },
    ...(program.outputs.length === 0
      ? {}
      : {
          outputs: table(
            program.outputs,
            ({ name }) => name,
            (output) => armOutput(output, typeOf(output.value).nullable, printer),
          ),
        }),
  };
}

/** A parameters file for `az deployment group create --parameters`. */
export function armParameters(program: Program, values: Readonly<Record<string, JsonValue>>): JsonObject {
  return {
    $schema: `${SCHEMA}/deploymentParameters.json#`,
    contentVersion: "1.0.0.0",
    parameters: armParameterValues(program, values),
  };
}

/** What a deployment request holds as `properties.parameters`: Resource Manager refuses a whole file there. */
export function armParameterValues(program: Program, values: Readonly<Record<string, JsonValue>>): JsonObject {
  return table(
    deployedParameters(program).filter(({ name }) => Object.hasOwn(values, name)),
    ({ name }) => name,
    ({ name }) => ({ value: values[name] ?? null }),
  );
}

function armParameter(parameter: Parameter, printer: ArmPrinter): JsonObject {
  const { type, default: initial, allowed, minValue, maxValue, minLength, maxLength, description } = parameter;
  return defined({
    type,
    defaultValue: initial && printer.value(initial),
    allowedValues: allowed && [...allowed],
    minValue,
    maxValue,
    minLength,
    maxLength,
    metadata: { description },
  });
}

/** Resource Manager looks for it once what it lies in is there. */
function armExisting(existing: ExistingResource, dependsOn: string[], printer: ArmPrinter): JsonObject {
  const { condition, type, apiVersion, scope } = existing;
  return defined({
    existing: true,
    condition: condition && printer.value(condition),
    type,
    apiVersion,
    scope: scope === undefined ? undefined : `[${printer.id(scope)}]`,
    name: printer.name(existing),
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
  });
}

function armResource(resource: Resource, dependsOn: string[], printer: ArmPrinter, typeOf: TypeOf): JsonObject {
  if (resource.at === "subscription") return armAtSubscription(resource, dependsOn, printer, typeOf);
  const { condition, onlyIfNotExists, type, apiVersion, scope, body, comment } = resource;
  return defined({
    condition: condition && printer.value(condition),
    "@options": onlyIfNotExists ? { onlyIfNotExists: true } : undefined,
    type,
    apiVersion,
    scope: scope === undefined ? undefined : `[${printer.id(scope)}]`,
    name: printer.name(resource),
    ...table(
      bodyMembers(body),
      ([key]) => key,
      ([, value]) => printer.value(value),
    ),
    // with symbolic names resourceId() implies no order, so every dependency is listed
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
    metadata: comment === undefined ? undefined : { description: comment },
  });
}

type TypeOf = ReturnType<typeof inferTypes>;

const NESTED_API_VERSION = "2025-04-01";

/**
 * A deployment of its own at the subscription that takes the evaluated members of one resource. Its name tells resource
 * groups apart: a subscription's deployment keeps its region for ever.
 */
function armAtSubscription(resource: Resource, dependsOn: string[], printer: ArmPrinter, typeOf: TypeOf): JsonObject {
  const { symbol, condition, type, apiVersion, name, body, comment } = resource;
  const members: (readonly [string, Node])[] = [["name", name], ...bodyMembers(body)];
  const parameterType = (value: Node) => {
    const { kind } = typeOf(value);
    return kind === "unknown" || kind === "null" ? "object" : kind;
  };
  return defined({
    condition: condition && printer.value(condition),
    type: "Microsoft.Resources/deployments",
    apiVersion: NESTED_API_VERSION,
    name: `[format('{0}-{1}', ${quote(symbol)}, uniqueString(resourceGroup().id))]`,
    subscriptionId: "[subscription().subscriptionId]",
    location: "[resourceGroup().location]",
    properties: {
      mode: "Incremental",
      expressionEvaluationOptions: { scope: "inner" },
      parameters: table(
        members,
        ([key]) => key,
        ([, value]) => ({ value: printer.value(value) }),
      ),
      template: {
        $schema: `${SCHEMA.replace("2019-04-01", "2018-05-01")}/subscriptionDeploymentTemplate.json#`,
        contentVersion: "1.0.0.0",
        parameters: table(
          members,
          ([key]) => key,
          ([, value]) => ({ type: parameterType(value) }),
        ),
        resources: [
          {
            type,
            apiVersion,
            ...table(
              members,
              ([key]) => key,
              ([key]) => `[parameters(${quote(key)})]`,
            ),
          },
        ],
      },
    },
    dependsOn: dependsOn.length === 0 ? undefined : dependsOn,
    metadata: comment === undefined ? undefined : { description: comment },
  });
}

function bodyMembers(body: Node): (readonly [string, Node])[] {
  return body.kind === "object" ? body.entries.map(([key, value]) => [literalKey(key) ?? "", value] as const) : [];
}

function armOutput(output: Output, nullable: boolean, printer: ArmPrinter): JsonObject {
  return defined({
    type: output.type,
    nullable: nullable ? true : undefined,
    metadata: { description: output.description },
    value: printer.value(output.value),
  });
}

function table<T>(items: readonly T[], name: (item: T) => string, value: (item: T) => JsonValue): JsonObject {
  return Object.fromEntries(items.map((item) => [name(item), value(item)]));
}

function defined(members: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
