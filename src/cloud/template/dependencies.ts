import { isObject, type JsonObject, type JsonValue } from "../../base/index.ts";
import { ArmFault } from "../contract.ts";
import { copyCount, evaluate, evaluateText, readPropertyCopies } from "./evaluate.ts";
import { at, invalidTemplate, Pending } from "./fault.ts";
import { takenBranch } from "./functions/logic.ts";
import { parseExpression } from "./parser.ts";
import type { PlannedResource } from "./planned.ts";
import type { Draft } from "./resources.ts";
import { type Scope, withLoop } from "./scope.ts";
import { classify, type Expression } from "./syntax.ts";
import { entriesOf, fromEntries } from "./values.ts";

export type Find = (text: string) => readonly Draft[];

/** Looks resources up as expressions name them. Symbols and ids are compared without regard to case, as ARM does. */
export function indexResources(drafts: readonly Draft[]): Find {
  const index = new Map<string, Draft[]>();
  const add = (key: string, draft: Draft) => {
    const found = index.get(key.toLowerCase());
    if (found === undefined) index.set(key.toLowerCase(), [draft]);
    else if (!found.includes(draft)) found.push(draft);
  };
  for (const draft of drafts) {
    add(draft.key, draft);
    if (draft.id !== "") add(draft.id, draft);
    if (draft.symbol !== undefined) add(draft.symbol, draft);
    else if (draft.id !== "") {
      add(draft.name, draft);
      add(draft.id.slice(draft.id.toLowerCase().lastIndexOf("/providers/") + "/providers/".length), draft);
      if (draft.loop !== undefined) add(draft.loop, draft);
    }
  }
  return (text) => index.get(text.toLowerCase()) ?? [];
}

/** Adds to each draft what it must wait for: what it declares, what it refers to, its classic parent, the batch before it. */
export function connect(drafts: readonly Draft[], find: Find, declared: ReadonlySet<string>): PlannedResource[] {
  const connected = drafts.map((draft) => {
    const { declaredDependsOn: _declared, parent, batchSize, ...resource } = draft;
    const keys = new Set([...declaredKeys(draft, find, declared), ...referencedKeys([visibleBody(draft)], draft.scope, find)]);
    if (parent !== undefined) keys.add(parent);
    if (batchSize !== undefined) for (const key of previousBatch(draft, drafts, batchSize)) keys.add(key);
    keys.delete(draft.key);
    return { ...resource, dependsOn: [...keys] };
  });
  refuseCycles(connected);
  return connected;
}

/** Expressions in an inner template speak of that template's own resources. */
function visibleBody({ body, nested }: Draft): JsonObject {
  if (nested?.inner !== true || !isObject(body.properties)) return body;
  return { ...body, properties: fromEntries(entriesOf(body.properties).filter(([name]) => name.toLowerCase() !== "template")) };
}

function declaredKeys(draft: Draft, find: Find, known: ReadonlySet<string>): string[] {
  return draft.declaredDependsOn.flatMap((declared) => {
    const text =
      typeof declared === "string"
        ? at(`resources '${draft.key}'.dependsOn`, () => evaluateText(declared, draft.scope))
        : declared;
    if (typeof text !== "string")
      throw invalidTemplate(`the resource '${draft.key}' depends on ${JSON.stringify(text)}; expected a string`, "dependsOn");
    const found = find(text);
    if (found.length === 0 && !known.has(text.toLowerCase()))
      throw invalidTemplate(
        `the resource '${draft.key}' depends on '${text}', which is not defined in the template`,
        "dependsOn",
      );
    return found.map(({ key }) => key);
  });
}

function previousBatch(draft: Draft, drafts: readonly Draft[], batchSize: number): string[] {
  const batch = Math.floor((draft.loopIndex ?? 0) / batchSize);
  const isSibling = (other: Draft) => other.loop === draft.loop && other.symbol === draft.symbol && other.type === draft.type;
  return drafts
    .filter((other) => isSibling(other) && Math.floor((other.loopIndex ?? 0) / batchSize) === batch - 1)
    .map(({ key }) => key);
}

/** Keys of the resources that `reference`, `references` and `list*` in these values mean, as far as that shows before the deployment runs. */
export function referencedKeys(
  values: readonly JsonValue[],
  scope: Scope,
  find: (text: string) => readonly { readonly key: string }[],
): string[] {
  const keys = new Set<string>();
  const visit = (value: JsonValue, within: Scope): void => {
    if (typeof value === "string") visitText(value, within);
    else if (Array.isArray(value)) for (const item of value) visit(item, within);
    else if (isObject(value)) for (const [key, item] of entriesOf(value)) visitMember(key, item, within);
  };
  const visitText = (text: string, within: Scope) => {
    const parsed = classify(text);
    if (parsed.kind === "expression")
      visitExpression(
        at(`'${shorten(text)}'`, () => parseExpression(parsed.source)),
        within,
      );
  };
  const visitMember = (key: string, item: JsonValue, within: Scope) => {
    visitText(key, within);
    const copies = key.toLowerCase() === "copy" ? readPropertyCopies(item) : undefined;
    if (copies === undefined) return visit(item, within);
    for (const { name, count, input } of copies) {
      const times = attempt(() => copyCount(count, within, name)) ?? 0;
      for (let index = 0; index < times; index++) visit(input, withLoop(within, { name, index, outer: false }));
    }
  };
  const visitExpression = (expression: Expression, within: Scope): void => {
    if (expression.kind === "literal") return;
    if (expression.kind === "access") {
      visitExpression(expression.of, within);
      for (const step of expression.steps) visitExpression(step.key, within);
      return;
    }
    const name = expression.name.toLowerCase();
    const [first] = expression.args;
    if (first !== undefined && /^(reference|references|list.*)$/.test(name)) {
      const target = attempt(() => evaluate(first, within));
      if (typeof target === "string") for (const { key } of find(target)) keys.add(key);
    }
    for (const argument of reachable(name, expression.args, within)) visitExpression(argument, within);
  };
  for (const value of values) visit(value, scope);
  return [...keys];
}

/** The branch of an `if` that is not taken makes no order. */
function reachable(name: string, args: readonly Expression[], scope: Scope): readonly Expression[] {
  const [test] = args;
  if (name !== "if" || test === undefined || args.length !== 3) return args;
  const taken = attempt(() => takenBranch(args, evaluate(test, scope)));
  return taken === undefined ? args : [test, taken];
}

/** What cannot be evaluated yet, or not at all, tells nothing about the order; evaluating the body will say why. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ArmFault || error instanceof Pending || (error instanceof Error && error.name === "ArgumentError"))
      return undefined;
    throw error;
  }
}

function refuseCycles(resources: readonly PlannedResource[]): void {
  const byKey = new Map(resources.map((resource) => [resource.key, resource]));
  const state = new Map<string, "open" | "done">();
  const walk = (start: string) => {
    // Depth first with an explicit stack: 800 resources may form one chain.
    const stack: { key: string; next: number }[] = [{ key: start, next: 0 }];
    state.set(start, "open");
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const dependency = byKey.get(top.key)?.dependsOn[top.next++];
      if (dependency === undefined) {
        state.set(top.key, "done");
        stack.pop();
      } else if (state.get(dependency) === "open") {
        const path = [...stack.slice(stack.findIndex(({ key }) => key === dependency)).map(({ key }) => key), dependency];
        throw invalidTemplate(`circular dependency detected between resources: ${path.join(" -> ")}`);
      } else if (!state.has(dependency)) {
        state.set(dependency, "open");
        stack.push({ key: dependency, next: 0 });
      }
    }
  };
  for (const { key } of resources) if (!state.has(key)) walk(key);
}

const shorten = (text: string) => (text.length > 80 ? `${text.slice(0, 77)}...` : text);
