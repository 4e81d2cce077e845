import { asObject, asString, type JsonObject, type JsonValue } from "../../base/index.ts";
import type { EvaluatedResource } from "../../ir/index.ts";
import { SCHEDULER_SETTING } from "../../platform/index.ts";
import { step } from "../../report/index.ts";
import type { Job } from "./job.ts";

const PARAMETER = "volcanoConfigMap";

/** What comes before the ConfigMap, and what behind it. */
interface Order {
  /** Parameters of the deployment, in place of those that were given. */
  readonly first: Readonly<Record<string, JsonValue>>;
  /** The extension as it is promised, to be written again once the ConfigMap is there. */
  readonly naming?: EvaluatedResource;
}

/**
 * The extension can name a ConfigMap only when there is one, which is applied after the extension is installed. So a name that it
 * does not have yet is left out of the deployment, and given to it afterwards. Whoever applies the objects elsewhere has done so.
 */
export async function schedulerOrder(
  { session, bench, skipKubernetes }: Job,
  parameters: Readonly<Record<string, JsonValue>>,
  resources: readonly EvaluatedResource[],
): Promise<Order> {
  const wanted = asString(parameters[PARAMETER]);
  const extension = resources.find(({ body }) => wanted !== "" && schedulerOf(body) === wanted);
  if (extension === undefined || skipKubernetes) return { first: {} };
  const present = schedulerOf(await session.client.find(extension.id, extension.apiVersion, bench.signal));
  return present === wanted ? { first: {} } : { first: { [PARAMETER]: present }, naming: extension };
}

/** Writes the extension as the definition has it, which is what every later deployment will find. */
export async function nameScheduler({ session, bench }: Job, extension: EvaluatedResource): Promise<void> {
  await step(
    bench.renderer,
    { step: "scheduler", title: `have ${extension.name} schedule by ${schedulerOf(extension.body)}` },
    () => session.client.put(extension.id, extension.apiVersion, extension.body, bench.signal),
  );
}

function schedulerOf(extension: JsonObject | undefined): string {
  return asString(asObject(asObject(extension?.properties).configurationSettings)[SCHEDULER_SETTING]);
}
