import { type JsonObject } from "../../base/index.ts";
import { invalidTemplate } from "./fault.ts";
import { type DeploymentTarget, targetId } from "./planned.ts";
import { member } from "./values.ts";

export function placeOf(
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
export function scopeId(
  declared: string | undefined,
  target: DeploymentTarget,
  own: DeploymentTarget,
  isDeployment: boolean,
): string {
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
export function resourceIdOf(type: string, name: string, scope: string, place: string): string {
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
