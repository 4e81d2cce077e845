import { isObject, type JsonObject } from "../../base/index.ts";
import { evaluateText } from "./evaluate.ts";
import { invalidTemplate } from "./fault.ts";
import type { DeploymentTarget, NestedDeployment } from "./planned.ts";
import type { Scope } from "./scope.ts";
import { member } from "./values.ts";

export function readNested(
  declaration: JsonObject,
  target: DeploymentTarget,
  text: (name: string) => string | undefined,
  { place, scope, symbolic }: { readonly place: string; readonly scope: Scope; readonly symbolic: boolean },
): NestedDeployment {
  const properties = member(declaration, "properties");
  if (!isObject(properties)) throw invalidTemplate(`the nested deployment '${place}' has no properties`, "properties");
  const declaredTemplate = member(properties, "template");
  // A template that an expression gives has been evaluated in the outer scope by that; what is in it sees its own parameters.
  const isComputed = typeof declaredTemplate === "string";
  const template = isComputed ? evaluateText(declaredTemplate, scope) : declaredTemplate;
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
  const inner = isComputed || declared === "inner" || (declared === "notspecified" && symbolic);
  const parameters = member(properties, "parameters") ?? {};
  if (!isObject(parameters))
    throw invalidTemplate(`the parameters of the nested deployment '${place}' are not an object`, "parameters");
  if (!inner && Object.keys(parameters).length > 0) {
    throw invalidTemplate(
      `the nested deployment '${place}' is evaluated in the outer scope and cannot have parameters; set expressionEvaluationOptions.scope to inner`,
      "parameters",
    );
  }
  const moved = /^\/subscriptions\/([^/]+)(?:\/resourceGroups\/([^/]+))?$/i.exec(text("scope") ?? "");
  const placed =
    moved === null ? target : { subscriptionId: moved[1] ?? "", ...(moved[2] === undefined ? {} : { resourceGroup: moved[2] }) };
  const location = text("location");
  return { target: placed, template, parameters, inner, ...(location === undefined ? {} : { location }) };
}
