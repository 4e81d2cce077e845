import { readFileSync } from "node:fs";
import type { JsonObject } from "../../../base/index.ts";
import type { ActionCall, ActionSpec, CloudHost, Resource } from "../../contract.ts";
import { adminToken, serverPath, usesEntra } from "../../planes/kubernetes/index.ts";
import { flagAt, textAt } from "../common/body.ts";
import { badRequest, conflict, refusedAction, unsupported } from "../common/faults.ts";
import { resourceGroupOf } from "../common/ids.ts";
import { hasSucceeded } from "../common/state.ts";
import { kubeloginUser } from "./kubelogin.ts";

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
          await kubeconfig(host, call.resource, "clusterAdmin", { token: adminToken(host, uidOf(call.resource)) }, "-admin"),
        );
      },
    },
    listClusterMonitoringUserCredential: refusedAction(
      "listClusterMonitoringUserCredential/action",
      "listClusterMonitoringUserCredential",
    ),
  };
}

/** With Microsoft Entra there is no secret in it: whoever has it signs in. Without, the user's credential is the administrator's. */
async function userCredential(host: CloudHost, call: ActionCall) {
  const { resource, query } = call;
  requireServer(call);
  requireFormat(query.get("format"));
  const user = usesEntra({ resource }) ? kubeloginUser(host) : { token: adminToken(host, uidOf(resource)) };
  return answer("clusterUser", await kubeconfig(host, resource, "clusterUser", user));
}

/** It tells clusters with Microsoft Entra which plugin to name; others ignore it. */
function requireFormat(format: string | null): void {
  const asked = format?.toLowerCase();
  if (asked === undefined || asked === "exec") return;
  if (asked === "azure")
    throw unsupported("the credential format azure, a plugin that kubectl has not had since 1.26; ask for exec");
  throw badRequest("InvalidParameter", `the credential format is ${format}; it must be exec or azure`, "format");
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

async function kubeconfig(
  host: CloudHost,
  resource: Resource,
  role: string,
  credential: JsonObject,
  suffix = "",
): Promise<string> {
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
      users: [{ name: user, user: credential }],
      contexts: [{ name: context, context: { cluster: name, user } }],
      "current-context": context,
      preferences: {},
    },
    { version: "1.1", lineWidth: 0 },
  );
}
