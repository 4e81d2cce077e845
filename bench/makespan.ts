/**
 * How long a deployment takes on Azure, by the embedded Azure's virtual clock and the durations that it models: as `quayside up`
 * deploys (measured), and with the same durations as Terraform (ten at a time) and a script (one after the other) would.
 * `npm run bench:makespan`; ends with 1 when `quayside up` takes more than 1.05 times the critical path.
 */
import { asString, isObject, type JsonObject, type JsonValue } from "../src/base/index.ts";
import { startTestCloud } from "../src/cloud/testing.ts";
import { armParameterValues, armTemplate } from "../src/emit/index.ts";
import { dependencies, evaluateProgram, type Graph } from "../src/ir/index.ts";
import { definePlatform } from "../src/platform/index.ts";
import { atMost, judge } from "./goals.ts";
import { publish, table } from "./load/publish.ts";
import { criticalPath, makespan } from "./makespan/schedule.ts";

const SETS: Readonly<Record<string, Readonly<Record<string, JsonValue>>>> = {
  dev: {},
  staging: { environmentName: "staging" },
  prod: { environmentName: "prod" },
  "prod, GPU and Spot": { environmentName: "prod", enableGpuNodes: true, enableSpotNodes: true },
};
const GOAL = 1.05;
const WORTH_NAMING_SECONDS = 60;
const TERRAFORM_PARALLELISM = 10;
const GROUP = { name: "rg-mlops-pipeline", location: "eastus" };

const program = definePlatform();

/** Seconds of each resource's operation by its symbol, and of the deployment as a whole. */
async function deployed(values: Readonly<Record<string, JsonValue>>) {
  await using test = await startTestCloud();
  const group = await test.group(GROUP.name, GROUP.location);
  const parameters = armParameterValues(program, { ...values, nameSuffix: "bench1" });
  const id = `${group}/providers/Microsoft.Resources/deployments/main`;
  const { properties } = await test.put(id, { properties: { mode: "Incremental", template: armTemplate(program), parameters } });
  const { value } = (await test.ask("GET", `${id.replace("/providers/Microsoft.Resources", "")}/operations`)).json;
  const operations = (Array.isArray(value) ? value : []).flatMap((row): [string, number][] => {
    const of = isObject(row) && isObject(row.properties) ? row.properties : {};
    const target = isObject(of.targetResource) ? of.targetResource : {};
    return typeof target.symbolicName === "string" ? [[target.symbolicName, seconds(of)]] : [];
  });
  const { resources } = evaluateProgram(program, {
    parameters: { ...values, nameSuffix: "bench1" },
    subscriptionId: test.cloud.subscriptionId,
    tenantId: test.cloud.tenantId,
    resourceGroup: GROUP,
  });
  const symbols = new Set(resources.filter(({ condition }) => condition).map(({ symbol }) => symbol));
  const durations = new Map(operations.filter(([symbol]) => symbols.has(symbol)));
  return { durations, whole: seconds(isObject(properties) ? properties : {}) };
}

function seconds({ duration }: JsonObject): number {
  const [, hours, minutes, rest] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(asString(duration ?? "")) ?? [];
  return Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(rest ?? 0);
}

/** The order among what is deployed: conditions leave the rest out. */
function among(durations: ReadonlyMap<string, number>): Graph {
  const graph = dependencies(program);
  return new Map(
    [...durations.keys()].map((symbol) => [
      symbol,
      new Set([...(graph.get(symbol) ?? [])].filter((other) => durations.has(other))),
    ]),
  );
}

const minutes = (value: number) => Number((value / 60).toFixed(1));
const results = [];
for (const [name, values] of Object.entries(SETS)) {
  const { durations, whole } = await deployed(values);
  const graph = among(durations);
  const { length, path } = criticalPath(graph, durations);
  results.push({
    parameters: name,
    resources: durations.size,
    criticalPathSeconds: length,
    quaysideSeconds: whole,
    terraformSeconds: makespan(graph, durations, TERRAFORM_PARALLELISM),
    scriptSeconds: makespan(graph, durations, 1),
    path: path.filter((symbol) => (durations.get(symbol) ?? 0) >= WORTH_NAMING_SECONDS),
  });
}
const markdown = table(
  [
    "parameters",
    "resources",
    "critical path",
    "quayside up",
    "Terraform, 10 at a time",
    "one after the other",
    "what the path waits for",
  ],
  results.map(({ parameters, resources, criticalPathSeconds: least, path, ...ways }) => [
    parameters,
    resources,
    minutes(least),
    ...[ways.quaysideSeconds, ways.terraformSeconds, ways.scriptSeconds].map(
      (way) => `${minutes(way)} (${(way / least).toFixed(2)} x)`,
    ),
    path.join(", "),
  ]),
);
publish("makespan", { results }, markdown);
console.log(markdown);
judge(
  results.map(({ parameters, quaysideSeconds, criticalPathSeconds }) =>
    atMost(`${parameters}: quayside up`, GOAL, "times the critical path", quaysideSeconds / criticalPathSeconds),
  ),
);
