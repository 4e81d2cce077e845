import { type AnyInput, equals, not, type ProgramBuilder, type ResourceHandle, text, when } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

/** Percent of the budget, and whether of what was spent or of what will be. */
const NOTIFICATIONS = {
  nearlySpent: { threshold: 80, thresholdType: "Actual" },
  spent: { threshold: 100, thresholdType: "Actual" },
  willBeExceeded: { threshold: 110, thresholdType: "Forecasted" },
} as const;

/** In the currency of the bill. It does not see the nodes: their resource group is the cluster's own. */
export function declareBudget(program: ProgramBuilder, settings: Settings, actionGroup: ResourceHandle): void {
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
  program.resource("budget", {
    type: "Microsoft.Consumption/budgets@2024-08-01",
    concern: "governance",
    name: "budget-mlops",
    condition: not(equals(settings.budgetStartDate, "")),
    body: {
      properties: {
        category: "Cost",
        amount: settings.profile("monthlyBudget"),
        timeGrain: "Monthly",
        timePeriod: { startDate: text`${settings.budgetStartDate}T00:00:00Z` },
        notifications: Object.fromEntries(notifications) as Record<string, AnyInput>,
      },
    },
    comment: "Azure takes no other start than the first of a month, and never another one later.",
  });
}
