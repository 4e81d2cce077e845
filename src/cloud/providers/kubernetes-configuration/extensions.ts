import { idKey, NAME_RULES } from "../../../azure/index.ts";
import type { JsonObject } from "../../../base/index.ts";
import type { Change, CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { at, flagAt, objectAt, requireText, textAt, withDefaults } from "../common/body.ts";
import { claim } from "../common/claims.ts";
import { badRequest, conflict, unsupported } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";
import { isOfType } from "../common/references.ts";
import { isBusy } from "../common/state.ts";
import { KINDS, kindOf } from "./kinds.ts";

const TYPE = "Microsoft.KubernetesConfiguration/extensions";
const CLUSTER_TYPE = "Microsoft.ContainerService/managedClusters";
const MINUTE_MS = 60_000;

export function extensions(host: CloudHost): TypeSpec {
  return {
    type: "extensions",
    apiVersions: ["2025-03-01", "2024-11-01", "2023-05-01", "2022-11-01", "2022-03-01"],
    location: "inherited",
    extension: true,
    name: NAME_RULES[TYPE],
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 6 * MINUTE_MS,
    deleteDurationMs: 10 * MINUTE_MS,
    patch: true,
    admit: (change) => admitExtension(host, change),
    provision(extension) {
      const kind = kindOf(textAt(extension, "properties.extensionType") ?? "");
      kind?.install(host, extension);
      return { currentVersion: textAt(extension, "properties.version") ?? kind?.version, statuses: [] };
    },
    // The names of protected settings are kept, their values never were; a GET shows neither.
    present: (extension) => ({ ...extension, properties: { ...extension.properties, protectedKeys: undefined } }),
    removed: ({ id }) => host.principals.remove(id),
  };
}

function admitExtension(host: CloudHost, change: Change): Resource {
  const { id, name, body, previous, preflight } = change;
  const cluster = parentOf(id);
  if (!isOfType(cluster, CLUSTER_TYPE)) throw unsupported(`extensions on anything but ${CLUSTER_TYPE}`);
  checkBody(body, previous);
  if (preflight === true) return body;
  const siblings = host.resources.below(cluster, TYPE).filter((other) => idKey(other.id) !== idKey(id));
  const busy = [host.resources.get(cluster), ...siblings].find(isBusy);
  if (busy !== undefined || !claim(host, `${idKey(cluster)}/extensions`, idKey(id)))
    throw conflict(
      "OperationNotAllowed",
      `another operation is in progress on ${busy?.id ?? cluster}; write the cluster and its extensions one after another`,
    );
  const twin = siblings.find(
    (other) =>
      textAt(other, "properties.extensionType")?.toLowerCase() === textAt(body, "properties.extensionType")?.toLowerCase(),
  );
  if (twin !== undefined)
    throw conflict(
      "ExtensionTypeAlreadyInstalled",
      `the cluster has ${twin.name} of the same extensionType already; delete it before ${name} is made`,
    );
  const { configurationProtectedSettings: secrets, ...properties } = body.properties;
  const identity = host.principals.managedIdentity(id, name);
  const readOnly: JsonObject = {
    protectedKeys: Object.keys(objectAt({ secrets }, "secrets")),
    configurationSettings: objectAt(properties, "configurationSettings"),
    aksAssignedIdentity: { type: "SystemAssigned", principalId: identity.principalId, tenantId: identity.tenantId },
    isSystemExtension: false,
    packageUri: "",
  };
  const defaults: JsonObject = {
    autoUpgradeMinorVersion: true,
    releaseTrain: "stable",
    scope: { cluster: { releaseNamespace: kindOf(textAt(body, "properties.extensionType") ?? "")?.namespace } },
  };
  return { ...body, properties: { ...withDefaults(properties, defaults), ...readOnly } };
}

function checkBody(body: Resource, previous: Resource | undefined): void {
  const type = requireText(body, "properties.extensionType", "InvalidRequestContent");
  if (kindOf(type) === undefined) throw unsupported(`the extension type ${type}; there are ${Object.keys(KINDS).join(" and ")}`);
  const before = textAt(previous, "properties.extensionType");
  if (before !== undefined && before.toLowerCase() !== type.toLowerCase()) {
    throw badRequest(
      "PropertyChangeNotAllowed",
      `changing properties.extensionType from ${before} to ${type} is not allowed`,
      "properties.extensionType",
    );
  }
  if (flagAt(body, "properties.autoUpgradeMinorVersion") !== false && textAt(body, "properties.version") !== undefined) {
    throw badRequest(
      "InvalidRequestContent",
      "properties.version pins a version, so autoUpgradeMinorVersion must be false",
      "properties.version",
    );
  }
  if (at(body, "properties.scope.cluster") !== undefined && at(body, "properties.scope.namespace") !== undefined) {
    throw badRequest("InvalidRequestContent", "properties.scope has both cluster and namespace; keep one", "properties.scope");
  }
  if (at(body, "properties.scope.namespace") !== undefined)
    throw badRequest("InvalidRequestContent", `${type} is installed for the whole cluster; use properties.scope.cluster`);
  for (const map of ["configurationSettings", "configurationProtectedSettings"]) {
    const wrong = Object.entries(objectAt(body, `properties.${map}`)).find(([, value]) => typeof value !== "string");
    if (wrong !== undefined)
      throw badRequest(
        "InvalidRequestContent",
        `properties.${map}[${JSON.stringify(wrong[0])}] is ${JSON.stringify(wrong[1])}; settings are text, booleans too`,
      );
  }
}
