import { type AnyInput, and, call, equals, get, not, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import { nodeResourceGroup } from "./cluster.ts";
import type { Settings } from "./settings.ts";

const TYPE = "Microsoft.Consumption/budgets@2024-08-01";

/** Percent of the budget, and whether of what was spent or of what will be. */
const NOTIFICATIONS = {
  nearlySpent: { threshold: 80, thresholdType: "Actual" },
  spent: { threshold: 100, thresholdType: "Actual" },
  willBeExceeded: { threshold: 110, thresholdType: "Forecasted" },
} as const;

/**
 * In the currency of the bill. Most of it goes for nodes, and their resource group is the cluster's own, where nobody
 * else writes: the subscription's budget sees both groups. One of the resource group is for who may not write above it.
 */
export function declareBudget(program: ProgramBuilder, settings: Settings, actionGroup: ResourceHandle): void {
  const wanted = not(equals(settings.budgetStartDate, ""));
  const inGroup = equals(settings.budgetScope, "resourceGroup");
  const comment = "Azure takes no other start than the first of a month, and never another one later.";
  program.resource("budget", {
    type: TYPE,
    concern: "governance",
    name: "budget-mlops",
    condition: and(wanted, inGroup),
    body: { properties: budget(settings, actionGroup) },
    comment,
  });
  const groups = [get<string>(call("resourceGroup"), "name"), nodeResourceGroup()];
  program.resource("subscriptionBudget", {
    type: TYPE,
    concern: "spending",
    name: text`budget-mlops-${settings.nameSuffix}`,
    at: "subscription",
    condition: and(wanted, not(inGroup)),
    body: {
      properties: {
        ...budget(settings, actionGroup),
        filter: { dimensions: { name: "ResourceGroupName", operator: "In", values: groups } },
      },
    },
    comment,
  });
}

function budget(settings: Settings, actionGroup: ResourceHandle): { readonly [key: string]: AnyInput } {
  const notifications = Object.entries(NOTIFICATIONS).map(([name, rule]) => [
    name,
    {
      enabled: true,
      operator: "GreaterThan",
      ...rule,
      contactEmails: when<string[]>(equals(settings.alertEmail, ""), [], [settings.alertEmail]),
      contactGroups: [actionGroup.id],
    },
  ]);
  return {
    category: "Cost",
    amount: settings.profile("monthlyBudget"),
    timeGrain: "Monthly",
    timePeriod: { startDate: text`${settings.budgetStartDate}T00:00:00Z` },
    notifications: Object.fromEntries(notifications) as Record<string, AnyInput>,
  };
}
