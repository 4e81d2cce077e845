import type { ProviderFactory } from "../../contract.ts";
import { actionGroups } from "./action-groups.ts";
import { activityLogAlerts, scheduledQueryRules } from "./alerts.ts";
import { components } from "./components.ts";
import { dataCollectionEndpoints, dataCollectionRuleAssociations, dataCollectionRules } from "./data-collection.ts";
import { diagnosticSettings } from "./diagnostic-settings.ts";
import { metricAlerts } from "./metric-alerts.ts";
import { privateLinkScopes, scopedResources } from "./private-link-scopes.ts";
import { workbooks } from "./workbooks.ts";

export const createInsights: ProviderFactory = (host) => ({
  namespace: "Microsoft.Insights",
  types: [
    components(host),
    diagnosticSettings(host),
    actionGroups,
    metricAlerts(host),
    scheduledQueryRules(host),
    activityLogAlerts(host),
    dataCollectionEndpoints(host),
    dataCollectionRules(host),
    dataCollectionRuleAssociations(host),
    workbooks,
    privateLinkScopes,
    scopedResources(host),
  ],
});
