import { buildApplication, buildRouteMap } from "@stricli/core";
import packageJson from "../../package.json" with { type: "json" };
import { cloud } from "./commands/cloud.ts";
import { completions } from "./commands/completions.ts";
import { down } from "./commands/down.ts";
import { emit } from "./commands/emit.ts";
import { init } from "./commands/init.ts";
import { model } from "./commands/model.ts";
import { plan } from "./commands/plan.ts";
import { serve } from "./commands/serve.ts";
import { status } from "./commands/status.ts";
import { up } from "./commands/up.ts";
import { version } from "./commands/version.ts";
import type { Context } from "./context.ts";

const root = buildRouteMap({
  routes: { init, up, plan, down, status, emit, cloud, model, serve, completions, version },
  docs: { brief: "Production MLOps on Azure Kubernetes Service and Azure Machine Learning" },
});

export const application = buildApplication<Context>(root, {
  name: "quayside",
  versionInfo: { currentVersion: packageJson.version },
  scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
  documentation: { caseStyle: "convert-camel-to-kebab" },
});
