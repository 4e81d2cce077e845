import { readFileSync } from "node:fs";
import type { JsonObject } from "../../../base/index.ts";
import type { ActionCall, ActionSpec, CloudHost, Resource } from "../../contract.ts";
import { adminToken, SERVER_APPLICATION, serverPath, usesEntra } from "../../planes/kubernetes/index.ts";
import { flagAt, textAt } from "../common/body.ts";
import { badRequest, conflict, refusedAction, unsupported } from "../common/faults.ts";
import { resourceGroupOf } from "../common/ids.ts";
import { hasSucceeded } from "../common/state.ts";

/** What `az aks get-credentials` calls: kubeconfigs that clients of Kubernetes take as they are. */
export function credentialActions(host: CloudHost): Readonly<Record<string, ActionSpec>> {
  return {
    listClusterUserCredential: {
      permission: "listClusterUserCredential/action",
      run: (call) => userCredential(host, call),
    },
    listClusterAdminCredential: {
      permission: "listClusterAdminCredential/action",
      async run(call) {
        requireServer(call);
        if (flagAt(call.resource, "properties.disableLocalAccounts") === true) {
          throw badRequest(
            "BadRequest",
            `${call.resource.id} has local accounts disabled, so it has no admin credential; sign in with Microsoft Entra`,
          );
        }
        return answer(
          "clusterAdmin",
          await kubeconfig(host, call.resource, "clusterAdmin", adminToken(host, uidOf(call.resource)), "-admin"),
        );
      },
    },
    listClusterMonitoringUserCredential: refusedAction(
      "listClusterMonitoringUserCredential/action",
      "listClusterMonitoringUserCredential",
    ),
  };
}

/**
 * With Microsoft Entra the caller acts as itself. AKS names a plugin that fetches tokens (kubelogin); here the token is in
 * the file, for an hour, so that nothing has to be installed. Without Entra the user's credential is the administrator's.
 */
async function userCredential(host: CloudHost, call: ActionCall) {
  const { resource, caller, query } = call;
  requireServer(call);
  const format = query.get("format");
  if (format !== null) throw unsupported(`the credential format ${format}; without it the kubeconfig has a token`);
  const local = !usesEntra({ resource });
  const token = local ? adminToken(host, uidOf(resource)) : await host.authorizer.issueToken(caller, SERVER_APPLICATION);
  return answer("clusterUser", await kubeconfig(host, resource, "clusterUser", token));
}

function requireServer({ resource, query }: ActionCall): void {
  const serverFqdn = query.get("server-fqdn");
  if (serverFqdn !== null) throw unsupported(`the server-fqdn ${serverFqdn}; the API server is on the cloud's own origin`);
  // A cluster that is being updated still serves; one that never came up does not.
  if (textAt(resource, "properties.provisioningState") === "Creating" || (!hasSucceeded(resource) && uidOf(resource) === ""))
    throw conflict("OperationNotAllowed", `${resource.id} is not made yet; wait until its provisioningState is Succeeded`);
}

function uidOf(resource: Resource): string {
  return textAt(resource, "properties.resourceUID") ?? "";
}

function answer(name: string, config: string) {
  return { status: 200, body: { kubeconfigs: [{ name, value: Buffer.from(config).toString("base64") }] } };
}

async function kubeconfig(host: CloudHost, resource: Resource, role: string, token: string, suffix = ""): Promise<string> {
  // Loaded when it is first needed: it would be a noticeable part of every start.
  const { stringify } = await import("yaml");
  const { id, name } = resource;
  const user = `${role}_${resourceGroupOf(id).name}_${name}`;
  const context = `${name}${suffix}`;
  const cluster: JsonObject = {
    "certificate-authority-data": readFileSync(host.runtime.caFile).toString("base64"),
    server: `${host.endpoints.arm}${serverPath(uidOf(resource))}`,
  };
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster }],
      users: [{ name: user, user: { token } }],
      contexts: [{ name: context, context: { cluster: name, user } }],
      "current-context": context,
    },
    { version: "1.1", lineWidth: 0 },
  );
}
