import type { JsonValue } from "../../base/index.ts";
import { deployedParameters, type Parameter } from "../../ir/index.ts";
import { type Doc, hardline, print } from "../doc/index.ts";
import { hasComputedDefault, isRequired, type TerraformContext } from "./context.ts";
import { createPrinter } from "./expression.ts";
import { type Attribute, attributes, block, list, object, oneLine } from "./layout.ts";
import { variableName } from "./names.ts";
import { quote } from "./quote.ts";
import { hasSoftDeleted, PURGE_VARIABLE } from "./soft-delete.ts";
import { cloudMembers, PUBLIC_CLOUD } from "./surroundings.ts";
import { variableType } from "./variable-types.ts";

export interface VariableRow {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  /** HCL text; absent: the caller gives it. */
  readonly default?: string;
  readonly doc: Doc;
}

/** What is not in the definition because ARM is told it by the address of the deployment. */
const RESOURCE_GROUP = {
  name: "resource_group_name",
  type: "string",
  description: "Resource group that holds the platform; it must exist.",
} as const;

/** The variables in the order of the definition, those that every configuration needs first. */
export function variableRows(context: TerraformContext): VariableRow[] {
  return [
    {
      ...RESOURCE_GROUP,
      doc: variableBlock(RESOURCE_GROUP.name, [described(RESOURCE_GROUP.description), typed("string"), NOT_NULL], []),
    },
    ...cloudRow(context),
    ...purgeRow(context),
    ...deployedParameters(context.program).map((parameter) => parameterRow(context, parameter)),
  ];
}

const described = (text: string): Attribute => ({ key: "description", value: quote(text) });
const typed = (type: string): Attribute => ({ key: "type", value: type });
const NOT_NULL: Attribute = { key: "nullable", value: "false" };

function variableBlock(name: string, list: readonly Attribute[], validations: readonly Doc[]): Doc {
  return block(`variable ${quote(name)}`, attributes(list), ...validations.map((validation) => [validation]));
}

function parameterRow(context: TerraformContext, parameter: Parameter): VariableRow {
  const { description } = parameter;
  const name = variableName(parameter);
  const type = variableType(context.program, context.typeOf, parameter);
  const initial = defaultText(context, parameter);
  const isComputed = hasComputedDefault(parameter);
  const text = isComputed ? `${description} Computed when null.` : description;
  const members = [
    described(text),
    typed(type),
    ...(initial === undefined ? [] : [{ key: "default", value: initial }]),
    // an explicit null means the default, as it does in ARM
    ...(isComputed ? [] : [NOT_NULL]),
  ];
  return {
    name,
    type,
    description: text,
    ...(initial === undefined ? {} : { default: oneLine(initial) }),
    doc: variableBlock(name, members, validations(parameter, name, type, isComputed)),
  };
}

function defaultText(context: TerraformContext, parameter: Parameter): Doc | undefined {
  if (isRequired(parameter) || !parameter.default) return undefined;
  if (hasComputedDefault(parameter)) return "null";
  return createPrinter(context, { at: `parameters.${parameter.name}` }).print(parameter.default);
}

/** The same bounds that ARM and Quayside hold a value to. */
function validations(parameter: Parameter, name: string, type: string, canBeNull: boolean): Doc[] {
  const value = `var.${name}`;
  return rules(parameter, value, type).map(({ condition, words }) =>
    block(
      "validation",
      attributes([
        { key: "condition", value: canBeNull ? [`${value} == null ? true : `, condition] : condition },
        { key: "error_message", value: quote(`${name}: ${words}.`) },
      ]),
    ),
  );
}

function rules(
  { type, allowed, minValue, maxValue, minLength, maxLength, pattern, keys }: Parameter,
  value: string,
  word: string,
) {
  const found: { condition: Doc; words: string }[] = [];
  const rule = (condition: Doc, words: string) => found.push({ condition, words });
  if (word === "any" && type === "array") rule(`can(concat(${value}, []))`, "give a list");
  if (word === "any" && type === "object") rule(`can(keys(${value}))`, "give an object");
  if (type === "int") rule(`floor(${value}) == ${value}`, "give an integer");
  if (allowed) {
    const choices = `[${allowed.map(literalText).join(", ")}]`;
    const condition =
      type === "array" ? `alltrue([for item in ${value} : contains(${choices}, item)])` : `contains(${choices}, ${value})`;
    rule(condition, `use ${type === "array" ? "only" : "one of"} ${allowed.map(String).join(", ")}`);
  }
  const range = (of: string, least: number | undefined, most: number | undefined, unit: string) => {
    const bounds = [...(least === undefined ? [] : [`${of} >= ${least}`]), ...(most === undefined ? [] : [`${of} <= ${most}`])];
    const words = least === undefined ? `at most ${most}` : most === undefined ? `at least ${least}` : `${least} to ${most}`;
    if (bounds.length > 0) rule(bounds.join(" && "), `use ${words}${unit}`);
  };
  range(value, minValue, maxValue, "");
  const unit = type === "string" ? " character" : " item";
  range(`length(${value})`, minLength, maxLength, (maxLength ?? minLength) === 1 ? unit : `${unit}s`);
  if (keys !== undefined) {
    const others: Doc = [`length(setsubtract(keys(${value}), `, list(keys.map(quote)), ")) == 0"];
    // What is no object has been refused already.
    rule(word === "any" ? [`can(keys(${value})) ? `, others, " : true"] : others, `use only the keys ${keys.join(", ")}`);
  }
  if (pattern !== undefined) rule(`can(regex(${quote(pattern)}, ${value}))`, `match ${pattern}`);
  return found;
}

function literalText(value: JsonValue): string {
  return typeof value === "string" ? quote(value) : JSON.stringify(value);
}

function purgeRow({ program }: TerraformContext): VariableRow[] {
  if (!hasSoftDeleted(program)) return [];
  const { name, type, description } = PURGE_VARIABLE;
  const members = [described(description), typed(type), { key: "default", value: "false" }, NOT_NULL];
  return [{ name, type, description, default: "false", doc: variableBlock(name, members, []) }];
}

/** ARM's `environment()`: no provider tells these, and sovereign clouds have others. */
function cloudRow({ program }: TerraformContext): VariableRow[] {
  const paths = cloudMembers(program);
  if (paths.length === 0) return [];
  const description = "Host names of the Azure cloud that is deployed to; the defaults are those of the public cloud.";
  const type = tree(paths, () => "string");
  const initial = tree(paths, (path) => quote(PUBLIC_CLOUD[path.join(".")] ?? ""));
  const members = [
    described(description),
    { key: "type", value: objectType(type) },
    { key: "default", value: objectOf(initial) },
    NOT_NULL,
  ];
  return [
    {
      name: "azure_cloud",
      type: "object",
      description,
      default: oneLine(objectOf(initial)),
      doc: variableBlock("azure_cloud", members, []),
    },
  ];
}

type Tree = { readonly [key: string]: Tree | string };

function tree(paths: readonly (readonly string[])[], leaf: (path: readonly string[]) => string): Tree {
  const build = (depth: number, group: readonly (readonly string[])[]): Tree => {
    const names = [...new Set(group.map((path) => path[depth] ?? ""))];
    return Object.fromEntries(
      names.map((name) => {
        const below = group.filter((path) => path[depth] === name);
        const [first] = below;
        return [name, first !== undefined && first.length === depth + 1 ? leaf(first) : build(depth + 1, below)];
      }),
    );
  };
  return build(0, paths);
}

function objectOf(of: Tree): Doc {
  return object(Object.entries(of).map(([key, value]) => ({ key, value: typeof value === "string" ? value : objectOf(value) })));
}

function objectType(of: Tree): Doc {
  const members = Object.entries(of).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? value : objectType(value),
  }));
  return ["object(", object(members), ")"];
}

/** A file of values to start from: what the caller gives, then the defaults to change. */
export function exampleValues(rows: readonly VariableRow[]): string {
  const given = rows.filter((row) => row.default === undefined);
  const others = rows.filter((row) => row.default !== undefined);
  return print(
    [
      "# Copy to terraform.tfvars.",
      ...given.map(
        ({ name, description }): Doc => [
          hardline,
          hardline,
          `# ${description}`,
          hardline,
          `${name} = ${quote(EXAMPLES[name] ?? `<${name}>`)}`,
        ],
      ),
      ...others.map(
        ({ name, description, default: value }): Doc => [
          hardline,
          hardline,
          `# ${description}`,
          hardline,
          `# ${name} = ${value}`,
        ],
      ),
      hardline,
    ],
    { width: Infinity, indent: 2 },
  );
}

const EXAMPLES: Readonly<Record<string, string>> = { [RESOURCE_GROUP.name]: "rg-mlops-pipeline" };
