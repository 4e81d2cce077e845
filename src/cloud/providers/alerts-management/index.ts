import type { ProviderFactory } from "../../contract.ts";
import { actionRules } from "./action-rules.ts";
import { prometheusRuleGroups } from "./prometheus-rule-groups.ts";

export const createAlertsManagement: ProviderFactory = (host) => ({
  namespace: "Microsoft.AlertsManagement",
  types: [actionRules(host), prometheusRuleGroups(host)],
});
