import { idKey, parseResourceId } from "../../azure/index.ts";
import { canonicalJson, isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault, type Principal, type Resource } from "../contract.ts";
import { DEPLOYMENT_TYPE, ExpressionFault, type PlannedResource, type RuntimeFunctions } from "../template/index.ts";
import { type Engine, notFound, requirePermission, typeOfId } from "./engine.ts";
import { presentDeployment } from "./record.ts";

/** What a running deployment needs to answer `reference` and `list*`. */
export interface RuntimeContext {
  readonly engine: Engine;
  readonly caller: Principal;
  readonly find: (text: string) => readonly PlannedResource[];
  /** Secure outputs of nested deployments, which only the templates around them may read; in memory only. */
  readonly secureOutputs: Map<string, JsonObject>;
}

/** Interrupts an evaluation until an answer is there; the evaluation then starts again and finds it. */
class Suspended extends Error {
  override readonly name = "Suspended";
  readonly until: Promise<unknown>;

  constructor(until: Promise<unknown>) {
    super("an evaluation waits for an action's answer");
    this.until = until;
  }
}

/** Evaluates with the state of the cloud at hand; actions (`listKeys`) are called once for each evaluation. */
export async function evaluateDeployed<T>(context: RuntimeContext, evaluate: (runtime: RuntimeFunctions) => T): Promise<T> {
  const answers = new Map<string, { readonly value: JsonValue } | { readonly fault: unknown }>();
  const runtime = createRuntime(context, answers);
  for (;;) {
    try {
      return evaluate(runtime);
    } catch (error) {
      if (!(error instanceof Suspended)) throw error;
      await error.until;
    }
  }
}

function createRuntime(
  context: RuntimeContext,
  answers: Map<string, { readonly value: JsonValue } | { readonly fault: unknown }>,
): RuntimeFunctions {
  return {
    reference: (text, apiVersion, full) => {
      const { id, planned } = locate(context, text);
      if (planned === undefined && apiVersion === undefined) {
        throw new ExpressionFault(
          `the template function 'reference' needs an api-version for '${id}', which is not in this template`,
        );
      }
      return referTo(context, id, apiVersion ?? planned?.apiVersion ?? "", full);
    },
    references: (loop, full) =>
      context
        .find(loop)
        .filter(({ condition }) => condition)
        .map(({ apiVersion, id }) => referTo(context, id, apiVersion, full)),
    list: (action, text, apiVersion, body) => {
      const { id } = locate(context, text);
      if (action.toLowerCase() === "listoutputswithsecurevalues") return secureOutputsOf(context, id);
      const key = canonicalJson([action.toLowerCase(), idKey(id), apiVersion, body ?? null]);
      const answer = answers.get(key);
      if (answer === undefined)
        throw new Suspended(ask(context, { action, id, apiVersion, body }, (result) => answers.set(key, result)));
      if ("fault" in answer) throw answer.fault;
      return answer.value;
    },
  };
}

async function ask(
  { caller, engine }: RuntimeContext,
  { action, apiVersion, body, id }: { action: string; apiVersion: string; body: JsonValue | undefined; id: string },
  keep: (answer: { readonly value: JsonValue } | { readonly fault: unknown }) => void,
): Promise<void> {
  try {
    keep({ value: (await engine.host.resources.action(id, action, apiVersion, body, caller)) ?? null });
  } catch (fault) {
    keep({ fault });
  }
}

function locate({ find }: RuntimeContext, text: string): { readonly id: string; readonly planned?: PlannedResource } {
  const found = find(text);
  if (found.length > 1)
    throw new ExpressionFault(`'${text}' is a loop of ${found.length} resources; refer to one of them, or use references`);
  const [planned] = found;
  if (planned?.id === "")
    throw new ArmFault(404, "ResourceNotFound", `the resource '${text}' is not deployed, as its condition is false`, {
      target: text,
    });
  if (planned !== undefined) return { id: planned.id, planned };
  if (!text.startsWith("/") || parseResourceId(text) === undefined)
    throw new ExpressionFault(`the resource '${text}' is not defined in the template`);
  return { id: text };
}

function referTo({ caller, engine }: RuntimeContext, id: string, apiVersion: string, full: boolean): JsonValue {
  if (typeOfId(id).toLowerCase() === DEPLOYMENT_TYPE.toLowerCase()) return referToDeployment(engine, id, full);
  requirePermission(engine, caller, `${typeOfId(id)}/read`, id);
  const resource = engine.host.resources.view(id);
  if (resource === undefined) throw notFound(id);
  return full ? envelopeOf(resource, apiVersion) : resource.properties;
}

function referToDeployment(engine: Engine, id: string, full: boolean): JsonValue {
  const record = engine.records.get(id);
  if (record === undefined)
    throw new ArmFault(404, "DeploymentNotFound", `the deployment '${id}' could not be found`, { target: id });
  const shown = presentDeployment(record, engine.host.clock.now());
  return full ? shown : (shown.properties ?? null);
}

/** `reference(..., 'Full')`: everything but what names the resource, which templates get from `resourceId`. */
function envelopeOf(
  { id, name: _name, type: _type, etag: _etag, systemData: _data, ...rest }: Resource,
  apiVersion: string,
): JsonObject {
  const parsed = parseResourceId(id);
  return {
    ...rest,
    apiVersion,
    ...(parsed?.subscriptionId === undefined ? {} : { subscriptionId: parsed.subscriptionId }),
    ...(parsed?.resourceGroup === undefined ? {} : { resourceGroupName: parsed.resourceGroup }),
    resourceId: id,
    referenceApiVersion: apiVersion,
  };
}

function secureOutputsOf({ engine, secureOutputs }: RuntimeContext, id: string): JsonValue {
  const secure = secureOutputs.get(idKey(id));
  const outputs = engine.records.get(id)?.outputs;
  if (secure === undefined || !isObject(outputs)) {
    throw new ArmFault(404, "DeploymentNotFound", `the deployment '${id}' has no outputs in this run`, { target: id });
  }
  return { ...outputs, ...secure };
}
