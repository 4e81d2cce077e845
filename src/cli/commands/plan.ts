import { type CostEstimate, estimateMonthlyCost, type QuotaNeed, quotaNeeds } from "../../azure/index.ts";
import { type JsonValue, jsonEqual } from "../../base/index.ts";
import { type EvaluatedResource, evaluateProgram } from "../../ir/index.ts";
import { type Finding, findingLine, isUnchecked, type MeasuredQuota, type Preflight, preflight } from "../../ops/index.ts";
import { environmentOf, type ProfileDifference, profileDifferences } from "../../platform/index.ts";
import { EXIT } from "../../report/index.ts";
import { armEnvironment } from "../arm-environment.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { resolveParameters } from "../parameters.ts";
import { regionOf } from "../region.ts";
import { GROUP_FLAGS, openSession, resourceGroupName, SESSION_FLAGS } from "../session.ts";

interface PlanFlags extends Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly parameters?: string;
  readonly parameter?: readonly string[];
  readonly cloud?: string;
  readonly subscription?: string;
  readonly state?: string;
}

/** Stands for what only the subscription tells; names that depend on it are marked. */
const NOWHERE = "00000000-0000-0000-0000-000000000000";

export const plan = command<PlanFlags>({
  brief: BRIEFS.plan,
  fullDescription:
    "Asks nobody, unless --cloud names an Azure (azure, or the rehearsal that runs): then quotas are compared with the subscription, and what it would refuse is told. Nothing is made either way.",
  flags: {
    cloud: {
      ...SESSION_FLAGS.cloud,
      default: undefined,
      optional: true,
      brief: "Compare with rehearsal, azure or an https:// address",
    },
    subscription: SESSION_FLAGS.subscription,
    state: SESSION_FLAGS.state,
    ...GROUP_FLAGS,
    location: { kind: "parsed", parse: String, brief: "Azure region [LOCATION] (the group's, or eastus)", optional: true },
    parameters: { kind: "parsed", parse: String, brief: "ARM parameters file", optional: true },
    parameter: { kind: "parsed", parse: String, brief: "One parameter: name=value", optional: true, variadic: true },
  },
  aliases: { p: "parameters", P: "parameter", g: "resourceGroup", l: "location" },
  async run(flags, bench) {
    const { config, program } = await bench.platform();
    const given = await resolveParameters(
      program,
      { config, env: bench.env, file: flags.parameters, location: flags.location, assignments: flags.parameter ?? [] },
      bench.renderer,
    );
    const resourceGroup = await resourceGroupName(flags, bench);
    const { cloud } = flags;
    const session = cloud === undefined ? undefined : await openSession({ ...flags, cloud }, bench, "require");
    const location = await regionOf(given, session && { client: session.client, name: resourceGroup, signal: bench.signal });
    const subscriptionId =
      session?.client.connection.subscriptionId ?? flags.subscription ?? bench.env.AZURE_SUBSCRIPTION_ID ?? NOWHERE;
    const evaluation = evaluateProgram(program, {
      parameters: given,
      subscriptionId,
      tenantId: session?.tenantId ?? bench.env.AZURE_TENANT_ID ?? NOWHERE,
      resourceGroup: { name: resourceGroup, location },
      ...(session === undefined ? {} : { environment: armEnvironment(session.client.connection) }),
    });
    const concerns = new Map(program.resources.map(({ symbol, concern }) => [symbol, concern]));
    const deployed = evaluation.resources.filter(({ condition }) => condition);
    const parameters = Object.entries(evaluation.parameters).map(([name, value]) => ({
      name,
      value,
      given: Object.hasOwn(given, name),
    }));
    const checked = session && (await preflight(session.client, { location, resources: deployed }, bench.signal));
    const made: Plan = {
      resourceGroup,
      location,
      environment: environmentOf(given),
      parameters,
      differences: profileDifferences(given),
      resources: deployed.map((resource) => row(resource, concerns.get(resource.symbol) ?? "")),
      quotas: withLimits(quotaNeeds(deployed), checked),
      ...(checked === undefined ? {} : { refusals: checked.refusals, warnings: checked.warnings }),
      cost: estimateMonthlyCost(deployed),
    };
    bench.renderer.result(planText(made, subscriptionId === NOWHERE), made);
    return made.refusals === undefined || made.refusals.length === 0 ? EXIT.done : EXIT.failed;
  },
});

interface Row {
  readonly concern: string;
  /** What the definition calls it. */
  readonly symbol: string;
  readonly type: string;
  readonly name: string;
}

export interface Plan {
  readonly resourceGroup: string;
  readonly location: string;
  readonly environment: string;
  readonly parameters: readonly { readonly name: string; readonly value: JsonValue; readonly given: boolean }[];
  readonly differences: readonly ProfileDifference[];
  readonly resources: readonly Row[];
  /** With what the subscription has, when one was asked. */
  readonly quotas: readonly (QuotaNeed | MeasuredQuota)[];
  /** What the subscription would refuse, when one was asked. */
  readonly refusals?: readonly Finding[];
  readonly warnings?: readonly Finding[];
  readonly cost: CostEstimate;
}

/** Measured ones in place of the same needs; the region's total is only known to a subscription. */
function withLimits(needs: readonly QuotaNeed[], checked: Preflight | undefined): Plan["quotas"] {
  const measured = checked?.quotas ?? [];
  const same = (a: QuotaNeed) => (b: QuotaNeed) => a.of === b.of && a.family === b.family;
  return [...measured.filter((quota) => !needs.some(same(quota))), ...needs.map((need) => measured.find(same(need)) ?? need)];
}

function quotaLine(quota: QuotaNeed | MeasuredQuota): string {
  const { of, family, vCpus, mostVCpus } = quota;
  const has = "limit" in quota ? `; ${quota.inUse} of ${quota.limit} in use` : "";
  return `  ${family.padEnd(30)} ${vCpus} to ${mostVCpus} (${of}${has})`;
}

function checkedLines({ refusals, warnings }: Plan): string[] {
  if (refusals === undefined || warnings === undefined) return [];
  const found = [...refusals, ...warnings.map((warning) => ({ ...warning, code: `warning ${warning.code}` }))];
  return [
    "",
    refusals.length === 0
      ? `Checked    ${warnings.some(isUnchecked) ? "nothing that could be checked would be refused" : "the subscription has what this needs"}`
      : `Checked    Azure would refuse ${refusals.length === 1 ? "one thing" : `${refusals.length} things`}`,
    ...found.map((finding) => `  ${findingLine(finding)}`),
  ];
}

function row({ symbol, type, name }: EvaluatedResource, concern: string): Row {
  return { concern, symbol, type, name };
}

const TOP_COSTS = 8;

/** Role assignments and workbooks are named by a GUID, which tells nobody anything. */
function labelOf({ name, symbol }: Row): string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name) ? `(${symbol})` : name;
}

function planText(made: Plan, isNowhere: boolean): string {
  const { resources, parameters, differences, quotas, cost } = made;
  const concerns = [...new Set(resources.map(({ concern }) => concern))];
  const show = (value: JsonValue) => (typeof value === "string" ? value || '""' : JSON.stringify(value));
  const nonEmpty = ({ value, given }: Plan["parameters"][number]) =>
    given || ![[], {}, ""].some((empty) => jsonEqual(empty, value));
  return [
    "Parameters",
    ...parameters
      .filter(nonEmpty)
      .map(({ name, value, given }) => `  ${name.padEnd(30)} ${show(value)}${given ? "" : " (default)"}`),
    "",
    differences.length === 0
      ? `Profile    ${made.environment}, as it is`
      : `Profile    ${made.environment}, with ${differences.length === 1 ? "one difference" : `${differences.length} differences`}`,
    ...differences.map(({ key, profile, value }) => `  ${key.padEnd(30)} ${show(value)} instead of ${show(profile)}`),
    "",
    `Resources  ${resources.length} in ${made.resourceGroup}, ${made.location}`,
    ...concerns.flatMap((concern) => {
      const own = resources.filter((resource) => resource.concern === concern);
      return [`  ${concern} (${own.length})`, ...own.map((resource) => `    ${labelOf(resource).padEnd(48)} ${resource.type}`)];
    }),
    ...(isNowhere ? ["  names that end in a suffix are those of no subscription; AZURE_SUBSCRIPTION_ID tells yours"] : []),
    "",
    "Quotas     vCPUs now, and with every pool at its most",
    ...quotas.map(quotaLine),
    ...checkedLines(made),
    "",
    `Cost       about $${cost.monthlyUsd.toFixed(0)} a month (list prices of ${cost.pricesAsOf})`,
    ...[...cost.lines]
      .sort((a, b) => b.monthlyUsd - a.monthlyUsd)
      .slice(0, TOP_COSTS)
      .map(({ resource, item, monthlyUsd }) => `  ${`$${monthlyUsd.toFixed(0)}`.padStart(7)}  ${resource}: ${item}`),
    ...cost.assumptions.map((assumption) => `  assumed: ${assumption}`),
    "",
    "Next       quayside up rehearses it; quayside up --cloud azure makes it",
  ].join("\n");
}
