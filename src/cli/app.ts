import { type Application, buildApplication, buildCommand, buildRouteMap, type Command, type RouteMap } from "@stricli/core";
import packageJson from "../../package.json" with { type: "json" };
import { InternalError } from "../base/index.ts";
import { BRIEFS, type CommandName } from "./briefs.ts";
import type { Context } from "./context.ts";

type Loaded = Command<Context> | RouteMap<Context>;

const COMMANDS: Readonly<Record<CommandName, () => Promise<Loaded>>> = {
  init: async () => (await import("./commands/init.ts")).init,
  up: async () => (await import("./commands/up.ts")).up,
  plan: async () => (await import("./commands/plan.ts")).plan,
  down: async () => (await import("./commands/down.ts")).down,
  status: async () => (await import("./commands/status.ts")).status,
  emit: async () => (await import("./commands/emit.ts")).emit,
  cloud: async () => (await import("./commands/cloud.ts")).cloud,
  model: async () => (await import("./commands/model.ts")).model,
  serve: async () => (await import("./commands/serve.ts")).serve,
  completions: async () => (await import("./commands/completions.ts")).completions,
  version: async () => (await import("./commands/version.ts")).version,
};

/** The application as far as these words need it: the command that they begin with is loaded, of the others only what the help says. */
export async function applicationFor([first]: readonly string[]): Promise<Application<Context>> {
  const routes: Record<string, Loaded> = {};
  for (const [name, brief] of Object.entries(BRIEFS) as [CommandName, string][])
    routes[name] = name === first ? await COMMANDS[name]() : named(name, brief);
  const docs = { brief: "Production MLOps on Azure Kubernetes Service and Azure Machine Learning" };
  return buildApplication<Context>(buildRouteMap({ routes, docs }), {
    name: "quayside",
    versionInfo: { currentVersion: packageJson.version },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab" },
  });
}

/** A command that is only to be listed. */
function named(name: string, brief: string): Command<Context> {
  return buildCommand({
    docs: { brief },
    parameters: {},
    func() {
      throw new InternalError(`${name} runs without having been loaded`);
    },
  });
}
