import { call, get, type ProgramBuilder, type ResourceHandle } from "../ir/index.ts";
import type { Settings } from "./settings.ts";

interface Chart {
  readonly title: string;
  readonly query: string;
  readonly shape: "timechart" | "table";
}

const CHARTS: readonly Chart[] = [
  {
    title: "Predictions a minute",
    query: "AppRequests | where Name has '/score' | summarize count() by bin(TimeGenerated, 1m), AppRoleName",
    shape: "timechart",
  },
  {
    title: "Latency of predictions, milliseconds",
    query:
      "AppRequests | where Name has '/score' | summarize p50 = percentile(DurationMs, 50), p95 = percentile(DurationMs, 95), p99 = percentile(DurationMs, 99) by bin(TimeGenerated, 5m)",
    shape: "timechart",
  },
  {
    title: "Predictions that failed",
    query:
      "AppRequests | where Name has '/score' and toint(ResultCode) >= 400 | summarize count() by bin(TimeGenerated, 5m), ResultCode",
    shape: "timechart",
  },
  {
    title: "Jobs by outcome",
    query: "AmlRunStatusChangedEvent | summarize count() by bin(TimeGenerated, 1h), Status",
    shape: "timechart",
  },
  {
    title: "Warnings of Kubernetes",
    query: "KubeEvents | where KubeEventType != 'Normal' | summarize count() by Namespace, Reason, Name | top 50 by count_",
    shape: "table",
  },
  {
    title: "Logs by table, GB",
    query: "Usage | where IsBillable | summarize GB = sum(Quantity) / 1000 by DataType | order by GB desc",
    shape: "table",
  },
];

/** One page for the operator: predictions, jobs, the cluster's warnings and what logging costs. */
export function declareWorkbook(program: ProgramBuilder, settings: Settings, logAnalytics: ResourceHandle): void {
  program.resource("workbook", {
    type: "Microsoft.Insights/workbooks@2023-06-01",
    concern: "governance",
    name: call<string>("guid", get<string>(call("resourceGroup"), "id"), "mlops-workbook"),
    body: {
      location: settings.location,
      tags: settings.resourceTags,
      kind: "shared",
      properties: {
        displayName: "MLOps platform",
        category: "workbook",
        sourceId: logAnalytics.id,
        serializedData: JSON.stringify(page()),
      },
    },
    comment: "Its name has to be a GUID.",
  });
}

function page() {
  return {
    version: "Notebook/1.0",
    items: CHARTS.map(({ title, query, shape }, at) => ({
      type: 3,
      name: `chart-${at + 1}`,
      customWidth: "50",
      content: {
        version: "KqlItem/1.0",
        title,
        query,
        size: 0,
        timeContext: { durationMs: 86_400_000 },
        queryType: 0,
        resourceType: "microsoft.operationalinsights/workspaces",
        visualization: shape,
      },
    })),
    $schema: "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json",
  };
}
