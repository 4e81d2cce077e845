import { type CostEstimate, estimateMonthlyCost } from "../../azure/index.ts";
import { type JsonValue, jsonEqual } from "../../base/index.ts";
import { type EvaluatedResource, evaluateProgram } from "../../ir/index.ts";
import { environmentOf, type ProfileDifference, profileDifferences, type QuotaNeed, quotaNeeds } from "../../platform/index.ts";
import { EXIT } from "../../report/index.ts";
import { command } from "../command.ts";
import { regionOf, resolveParameters } from "../parameters.ts";
import { GROUP_FLAGS, resourceGroupName } from "../session.ts";

interface PlanFlags extends Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly location?: string;
  readonly parameters?: string;
  readonly parameter?: readonly string[];
}

/** Stands for what only the subscription tells; names that depend on it are marked. */
const NOWHERE = "00000000-0000-0000-0000-000000000000";

export const plan = command<PlanFlags>({
  brief: "Show what would be deployed: parameters, departures from the profile, resources, quotas and cost; asks nobody",
  flags: {
    ...GROUP_FLAGS,
    location: { kind: "parsed", parse: String, brief: "Azure region [LOCATION] (eastus)", optional: true },
    parameters: { kind: "parsed", parse: String, brief: "ARM parameters file", optional: true },
    parameter: { kind: "parsed", parse: String, brief: "One parameter: name=value", optional: true, variadic: true },
  },
  aliases: { p: "parameters", P: "parameter", g: "resourceGroup", l: "location" },
  async run(flags, bench) {
    const { config, program } = await bench.platform();
    const given = await resolveParameters(
      program,
      { config, env: bench.env, file: flags.parameters, assignments: flags.parameter ?? [] },
      bench.renderer,
    );
    const resourceGroup = await resourceGroupName(flags, bench);
    const location = regionOf(flags, bench.env, config);
    const subscriptionId = bench.env.AZURE_SUBSCRIPTION_ID ?? NOWHERE;
    const evaluation = evaluateProgram(program, {
      parameters: given,
      subscriptionId,
      tenantId: bench.env.AZURE_TENANT_ID ?? NOWHERE,
      resourceGroup: { name: resourceGroup, location },
    });
    const concerns = new Map(program.resources.map(({ symbol, concern }) => [symbol, concern]));
    const deployed = evaluation.resources.filter(({ condition }) => condition);
    const parameters = Object.entries(evaluation.parameters).map(([name, value]) => ({
      name,
      value,
      given: Object.hasOwn(given, name),
    }));
    const made: Plan = {
      resourceGroup,
      location,
      environment: environmentOf(given),
      parameters,
      differences: profileDifferences(given),
      resources: deployed.map((resource) => row(resource, concerns.get(resource.symbol) ?? "")),
      quotas: quotaNeeds(deployed),
      cost: estimateMonthlyCost(deployed),
    };
    bench.renderer.result(planText(made, subscriptionId === NOWHERE), made);
    return EXIT.done;
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
  readonly quotas: readonly QuotaNeed[];
  readonly cost: CostEstimate;
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
    ...quotas.map(({ of, family, vCpus, mostVCpus }) => `  ${family.padEnd(30)} ${vCpus} to ${mostVCpus} (${of})`),
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
