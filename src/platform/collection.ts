import { type AnyInput, type Input, type ProgramBuilder, type ResourceHandle, when } from "../ir/index.ts";
import type { Observability } from "./observability.ts";
import type { Settings } from "./settings.ts";

const API_VERSION = "2024-03-11";
const CONCERN = "collection";

/** Without `Microsoft-Perf` and `Microsoft-InsightsMetrics`: Prometheus has the same numbers for a fraction of the price. */
const LOG_STREAMS = [
  "Microsoft-ContainerLogV2",
  "Microsoft-KubeEvents",
  "Microsoft-KubePodInventory",
  "Microsoft-KubeNodeInventory",
  "Microsoft-KubeServices",
];
const METRIC_STREAMS = ["Microsoft-PrometheusMetrics"];

/** What the agents on the cluster collect: an add-on without its rule and association collects nothing. */
export function declareCollection(
  program: ProgramBuilder,
  settings: Settings,
  needs: { readonly cluster: ResourceHandle; readonly observability: Observability },
): void {
  const { cluster, observability } = needs;
  const { collectionEndpoint, logAnalytics, monitorAccount } = observability;
  const [metrics, logs] = [settings.profile("managedPrometheus"), settings.profile("containerInsights")];
  const isPrivate = settings.profile("privateNetworking");
  const rule = (symbol: string, name: string, condition: Input<boolean>, properties: AnyInput, comment: string) =>
    program.resource(symbol, {
      type: `Microsoft.Insights/dataCollectionRules@${API_VERSION}`,
      concern: CONCERN,
      name,
      condition,
      body: { location: settings.location, tags: settings.resourceTags, kind: "Linux", properties },
      comment,
    });
  const metricsRule = rule(
    "metricsRule",
    "dcr-mlops-prometheus",
    metrics,
    {
      dataCollectionEndpointId: collectionEndpoint.id,
      dataSources: { prometheusForwarder: [{ name: "prometheus", streams: METRIC_STREAMS, labelIncludeFilter: {} }] },
      destinations: { monitoringAccounts: [{ name: "metrics", accountResourceId: monitorAccount.id }] },
      dataFlows: [{ streams: METRIC_STREAMS, destinations: ["metrics"] }],
    },
    "Managed Prometheus.",
  );
  const logsRule = rule(
    "logsRule",
    "dcr-mlops-containers",
    logs,
    {
      dataCollectionEndpointId: when<string>(isPrivate, collectionEndpoint.id, null),
      dataSources: { extensions: [containerInsights(settings)] },
      destinations: { logAnalytics: [{ name: "logs", workspaceResourceId: logAnalytics.id }] },
      dataFlows: [{ streams: LOG_STREAMS, destinations: ["logs"] }],
    },
    "Container Insights.",
  );
  const associate = (symbol: string, name: string, condition: Input<boolean>, properties: AnyInput, comment: string) =>
    program.resource(symbol, {
      type: `Microsoft.Insights/dataCollectionRuleAssociations@${API_VERSION}`,
      concern: CONCERN,
      name,
      scope: cluster,
      condition,
      body: { properties },
      comment,
    });
  associate("metricsAssociation", "prometheus", metrics, { dataCollectionRuleId: metricsRule.id }, "Metrics of the cluster.");
  associate("logsAssociation", "containers", logs, { dataCollectionRuleId: logsRule.id }, "Logs of the cluster.");
  associate(
    "endpointAssociation",
    "configurationAccessEndpoint",
    isPrivate,
    { dataCollectionEndpointId: collectionEndpoint.id },
    "The one name under which agents look for a private way to their configuration.",
  );
}

function containerInsights(settings: Settings): AnyInput {
  return {
    name: "containers",
    extensionName: "ContainerInsights",
    streams: LOG_STREAMS,
    extensionSettings: {
      dataCollectionSettings: {
        interval: settings.profile("collectionInterval"),
        namespaceFilteringMode: "Exclude",
        namespaces: ["kube-system", "gatekeeper-system"],
        enableContainerLogV2: true,
      },
    },
  };
}
