import type { ProviderFactory } from "../../contract.ts";
import { WORKSPACE_TYPE, workspaces } from "./workspaces.ts";

export const createOperationalInsights: ProviderFactory = (host) => ({
  namespace: "Microsoft.OperationalInsights",
  types: [workspaces(host)],
  actions: [
    {
      method: "GET",
      path: "deletedWorkspaces",
      permission: "deletedWorkspaces/read",
      run: () => ({
        status: 200,
        body: { value: host.resources.softDeleted(WORKSPACE_TYPE).map(({ resource }) => ({ ...resource })) },
      }),
    },
  ],
});
