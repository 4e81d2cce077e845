import type { JsonObject } from "../../../base/index.ts";
import { CLOUD_NAME, type CloudHost } from "../../contract.ts";
import { SERVER_APPLICATION } from "../../planes/kubernetes/index.ts";

/** AKS's public client application in every tenant, through which people sign in. */
const CLIENT_APPLICATION = "80faf920-1908-4b52-b5ef-a8e7bedfc67a";

const INSTALL_HINT = `
The cluster takes sign-ins of Microsoft Entra, which kubelogin fetches for kubectl, and kubelogin is not on the path.

"az aks install-cli" installs it (https://azure.github.io/kubelogin), and "az aks command invoke" does without it.
`;

/**
 * The user of a kubeconfig for Microsoft Entra, as AKS gives it since Kubernetes 1.24: kubectl runs kubelogin, which gets a token for
 * AKS's server application. kubelogin knows Microsoft's clouds alone by name and would take any other for the public one, so
 * the authority of this one is named beside it.
 */
export function kubeloginUser({ endpoints, tenantId }: Pick<CloudHost, "endpoints" | "tenantId">): JsonObject {
  return {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1beta1",
      command: "kubelogin",
      args: [
        ["get-token"],
        ["--environment", CLOUD_NAME],
        ["--server-id", SERVER_APPLICATION],
        ["--client-id", CLIENT_APPLICATION],
        ["--tenant-id", tenantId],
        ["--login", "devicecode"],
        ["--authority-host", `${endpoints.arm}/`],
        ["--disable-instance-discovery"],
      ].flat(),
      env: null,
      installHint: INSTALL_HINT,
      provideClusterInfo: false,
    },
  };
}
