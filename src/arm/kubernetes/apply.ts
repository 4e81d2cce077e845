import type { JsonObject } from "../../base/index.ts";
import type { ArmClient } from "../client.ts";
import { openApiServer } from "./api-server.ts";
import type { Cluster } from "./cluster.ts";
import { appliedObjects, applyCommand, versionsBefore } from "./kubectl.ts";
import { type AppliedObject, nameOf, titleOf, versionOf } from "./object.ts";
import { createPlaces } from "./places.ts";
import { runCommand } from "./run-command.ts";

/** Server-side apply on one cluster. Whatever it is asked again is compared with what was there the first time. */
export interface ObjectWriter {
  /** What goes into one call of `apply`: an object, or all of them where a call is a command in the cluster. */
  batches(objects: readonly JsonObject[]): readonly (readonly JsonObject[])[];
  /** Refusals are `KubernetesError`s. */
  apply(batch: readonly JsonObject[], signal?: AbortSignal): Promise<AppliedObject[]>;
}

export async function openObjectWriter(client: ArmClient, cluster: Cluster, signal?: AbortSignal): Promise<ObjectWriter> {
  return cluster.way === "run-command" ? commandWriter(client, cluster) : serverWriter(client, cluster, signal);
}

async function serverWriter(client: ArmClient, cluster: Cluster, opened?: AbortSignal): Promise<ObjectWriter> {
  const server = await openApiServer(client, cluster, opened);
  const places = createPlaces(server);
  const write = async (object: JsonObject, signal?: AbortSignal): Promise<AppliedObject> => {
    const name = nameOf(object);
    const path = await places.pathOf(name, signal);
    const before = await server.find(path, titleOf(name), signal);
    const after = await server.apply(path, object, titleOf(name), signal);
    if (before === undefined) return { ...name, change: "created" };
    return { ...name, change: versionOf(before) === versionOf(after) ? "unchanged" : "configured" };
  };
  return {
    batches: (objects) => objects.map((object) => [object]),
    apply: async (batch, signal) => {
      const applied: AppliedObject[] = [];
      for (const object of batch) applied.push(await write(object, signal));
      return applied;
    },
  };
}

function commandWriter(client: ArmClient, cluster: Cluster): ObjectWriter {
  let before: ReadonlyMap<string, string> | undefined;
  return {
    batches: (objects) => [objects],
    apply: async (batch, signal) => {
      const result = await runCommand(client, cluster, applyCommand(batch), signal);
      before ??= versionsBefore(result.logs);
      return appliedObjects(result, before);
    },
  };
}
