import { deployedParameters, type Node } from "../../ir/index.ts";
import { type Doc, hardline, indent, join } from "../doc/index.ts";
import type { BicepContext } from "./context.ts";
import { bicepExpression, object } from "./expression.ts";
import { file, outputDoc, parameterDoc } from "./layout.ts";
import { type PrintedModule, variableDoc } from "./module.ts";

/** The file that people deploy: parameters, shared values, one call per module, outputs. */
export function printMain(context: BicepContext, modules: readonly PrintedModule[]): string {
  const { program, placement } = context;
  const printer = bicepExpression({
    parameter: (name) => name,
    variable: (identifier, keys) => ({ identifier, keys, nullable: false }),
    resource: (symbol, chain) => {
      const output = context.output(symbol, chain);
      return {
        identifier: `${context.moduleName(placement.concernOf(symbol))}.outputs.${output.name}`,
        keys: chain.keys.slice(output.path.length),
        nullable: output.type.nullable,
      };
    },
    hides: (identifier) => context.isDeclared(identifier),
  });
  const variables = program.variables.filter((variable) => placement.homeOf(variable.name) === undefined);
  return file([
    ...deployedParameters(program).map((parameter) => parameterDoc(parameter, printer)),
    ...variables.map((variable) => variableDoc(variable, printer)),
    ...modules.map((module) => moduleDoc(context, module, printer)),
    ...program.outputs.map((output) => {
      const nullable = context.typeOf(output.value).nullable;
      return outputDoc(output, nullable ? `${output.type}?` : output.type, printer(output.value));
    }),
  ]);
}

function moduleDoc(context: BicepContext, module: PrintedModule, printer: (node: Node) => Doc): Doc {
  const { concern, parameters, dependsOn, target, condition } = module;
  const parts: Doc[] = [
    // a deployment of the subscription keeps its region for ever, so its name tells resource groups apart
    ...(target === undefined ? [] : [`name: '${concern}-\${uniqueString(resourceGroup().id)}'`, `scope: ${target}()`]),
    ...(parameters.length === 0
      ? []
      : [["params: ", object(parameters.map(({ name, value }) => [`${name}: `, printer(value)]))]]),
    ...(dependsOn.length === 0
      ? []
      : [
          [
            "dependsOn: [",
            indent([
              hardline,
              join(
                hardline,
                dependsOn.map((other) => context.moduleName(other)),
              ),
            ]),
            hardline,
            "]",
          ],
        ]),
  ];
  return [
    `module ${context.moduleName(concern)} 'modules/${concern}.bicep' = `,
    ...(condition ? ["if (", printer(condition), ") "] : []),
    object(parts),
  ];
}
