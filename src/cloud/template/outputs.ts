import { isObject, type JsonValue } from "../../base/index.ts";
import { evaluateText, evaluateValue, expandCopy, type TextEvaluator } from "./evaluate.ts";
import { at, invalidTemplate } from "./fault.ts";
import type { Plan } from "./planned.ts";
import type { RuntimeFunctions, Scope } from "./scope.ts";
import { checkType, displayType, holdsSecrets, resolveType } from "./types.ts";
import { entriesOf, member } from "./values.ts";

export interface OutputValue {
  /** As answers spell it: `String`, `SecureObject`. */
  readonly type: string;
  readonly value: JsonValue;
  /** Never shown, except to the template around it. */
  readonly secure: boolean;
}

/** The outputs whose condition holds, in the order written. */
export function evaluateOutputs(plan: Plan, runtime: RuntimeFunctions): Map<string, OutputValue> {
  const scope: Scope = { ...plan.scope, runtime };
  const { template } = plan;
  const outputs = new Map<string, OutputValue>();
  for (const { name, declaration } of template.outputs) {
    const place = `outputs.${name}`;
    const wanted = at(`${place}.condition`, () => evaluateValue(member(declaration, "condition") ?? true, scope));
    if (typeof wanted !== "boolean")
      throw invalidTemplate(`the condition of '${place}' is ${JSON.stringify(wanted)}; expected a boolean`, place);
    if (!wanted) continue;
    const type = resolveType(declaration, template.definitions);
    const value = at(`${place}.value`, () => outputValue(declaration, scope, place));
    checkType(value, declaration, template.definitions, place);
    outputs.set(name, { type: displayType(type), value, secure: holdsSecrets(declaration, template.definitions) });
  }
  return outputs;
}

/** Everything that outputs may refer to, for the dependencies of the last step. */
export function outputExpressions(plan: Plan): JsonValue[] {
  return plan.template.outputs.map(({ declaration }) => declaration);
}

function outputValue(
  declaration: Record<string, JsonValue | undefined>,
  scope: Scope,
  place: string,
  evaluateString: TextEvaluator = evaluateText,
): JsonValue {
  const copy = member(declaration, "copy");
  if (copy === undefined) {
    const value = member(declaration, "value");
    if (value === undefined) throw invalidTemplate(`'${place}' has neither a value nor a copy`, place);
    return evaluateValue(value, scope, evaluateString);
  }
  const parts = isObject(copy) ? Object.fromEntries(entriesOf(copy)) : {};
  if (parts.count === undefined || parts.input === undefined)
    throw invalidTemplate(`the copy of '${place}' needs a count and an input`, place);
  return expandCopy(
    { name: typeof parts.name === "string" ? parts.name : place, count: parts.count, input: parts.input },
    scope,
    evaluateString,
  );
}
