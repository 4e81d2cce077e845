import type { ProviderFactory } from "../../contract.ts";
import { createGraveyard } from "../common/graveyard.ts";
import { workspaces } from "./workspaces.ts";

export const createOperationalInsights: ProviderFactory = (host) => {
  const deleted = createGraveyard(host, "log-analytics-deleted");
  return {
    namespace: "Microsoft.OperationalInsights",
    types: [workspaces(host, deleted)],
    actions: [
      {
        method: "GET",
        path: "deletedWorkspaces",
        permission: "deletedWorkspaces/read",
        run: () => ({ status: 200, body: { value: deleted.list().map(({ resource }) => ({ ...resource })) } }),
      },
    ],
  };
};
