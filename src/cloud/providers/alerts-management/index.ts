import type { ProviderFactory } from "../../contract.ts";
import { prometheusRuleGroups } from "./prometheus-rule-groups.ts";

export const createAlertsManagement: ProviderFactory = (host) => ({
  namespace: "Microsoft.AlertsManagement",
  types: [prometheusRuleGroups(host)],
});
