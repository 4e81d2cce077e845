import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { type ArmClient, connect, createArmClient } from "../../../src/arm/index.ts";
import { isObject, type JsonObject, type JsonValue, systemClock } from "../../../src/base/index.ts";
import { signInAz } from "../../../src/cli/az-sign-in.ts";
import { clientEnvironment } from "../../../src/cli/client-environment.ts";
import { print, writeFiles } from "../../../src/cli/printed-files.ts";
import type { TestCloud } from "../../../src/cloud/testing.ts";
import { armParameterValues, armTemplate, emitTerraform } from "../../../src/emit/index.ts";
import { variableName } from "../../../src/emit/terraform/names.ts";
import { apply, destroy } from "../../../src/ops/index.ts";
import { definePlatform } from "../../../src/platform/index.ts";
import { recordingReporter } from "../../../src/report/index.ts";
import { hostNames, openModule, pointAt } from "../../emit/terraform-tool.ts";
import { trust } from "../../support/platform.ts";
import { start, succeeded, words } from "../suite.ts";
import type { Values } from "./sets.ts";

export const GROUP = "rg-mlops-pipeline";
const REGION = "eastus";
const DEPLOYMENT = "main";

/** One platform on its way into a cloud and out again. Each step throws when the tool reports anything but success. */
export interface Way {
  deploy(): Promise<void>;
  /** The same once more; throws when the tool foresees a change. */
  again(): Promise<void>;
  /** Removes everything, soft-deleted things included. */
  remove(): Promise<void>;
}

/** What a way works with: a cloud, a folder of its own, the parameters and the tools. */
export interface Ground {
  readonly cloud: TestCloud;
  readonly folder: string;
  readonly values: Values;
  /** Paths of programs; absent ones are the reason why a way is skipped. */
  readonly programs: Readonly<Record<string, string>>;
  readonly provider?: string;
}

const program = definePlatform();

/** What `quayside up` and `quayside down` do to a cloud. */
export async function quaysideWay({ cloud, values }: Ground): Promise<Way> {
  trust(cloud.cloud.caFile);
  const { cloud: running } = cloud;
  const connection = await connect({
    cloud: running.endpoints.arm,
    subscriptionId: running.subscriptionId,
    proxy: running.proxy,
    credentials: {
      tenantId: running.tenantId,
      clientId: running.credentials.clientId,
      clientSecret: running.credentials.clientSecret,
    },
  });
  const client: ArmClient = createArmClient(connection);
  const context = { reporter: recordingReporter(), clock: systemClock, signal: new AbortController().signal, pollMs: 50 };
  const request = {
    resourceGroup: GROUP,
    location: REGION,
    deployment: DEPLOYMENT,
    template: armTemplate(program),
    parameters: armParameterValues(program, values),
  };
  return {
    deploy: async () => void (await apply(client, request, context)),
    again: async () => void (await apply(client, request, context)),
    remove: async () => void (await destroy(client, GROUP, { purge: true }, context)),
  };
}

/** az and `bicep/main.json`; az has no command that lets go of everything in order, so `scripts/destroy.sh` removes it. */
export async function azWay(ground: Ground): Promise<Way> {
  const printed = await printedFolder(ground);
  const deployment = (verb: string, ...more: string[]) =>
    run(ground, "az", [
      ...words(`deployment group ${verb} --resource-group ${GROUP} --name ${DEPLOYMENT} --only-show-errors`),
      "--template-file",
      join(printed, "bicep/main.json"),
      "--parameters",
      `@${join(printed, "parameters.json")}`,
      ...more,
    ]);
  return {
    deploy: async () => {
      await run(ground, "az", ["group", "create", "--name", GROUP, "--location", REGION, "--tags", "managedBy=quayside"]);
      await deployment("create");
    },
    again: async () => {
      const { changes } = JSON.parse(await deployment("what-if", "--no-pretty-print")) as { changes: { changeType: string }[] };
      assert.deepEqual([...new Set(changes.map(({ changeType }) => changeType))], ["NoChange"]);
      await deployment("create");
    },
    remove: async () => void (await run(ground, join(printed, "scripts/destroy.sh"), REMOVE)),
  };
}

const REMOVE = ["--yes", "--purge", "--resource-group", GROUP];

/** `scripts/deploy.sh` and `scripts/destroy.sh`. */
export async function scriptsWay(ground: Ground): Promise<Way> {
  const printed = await printedFolder(ground);
  const flags = ["--yes", "--skip-kubernetes", "--resource-group", GROUP, "--parameters", join(printed, "parameters.json")];
  const deploy = () => run(ground, join(printed, "scripts/deploy.sh"), flags);
  return {
    deploy: async () => assert.match(await deploy(), /\d+ resources are as promised/),
    again: async () => assert.match(await deploy(), /Resource changes: no change\./),
    remove: async () => void (await run(ground, join(printed, "scripts/destroy.sh"), REMOVE)),
  };
}

/** Terraform with the AzAPI provider. */
export async function terraformWay({ cloud, folder, values, programs, provider }: Ground): Promise<Way> {
  pointAt(cloud);
  await cloud.group(GROUP, REGION);
  const module = openModule(programs.terraform ?? "", folder, emitTerraform(program).files, provider);
  const named = program.parameters.flatMap((parameter) =>
    values[parameter.name] === undefined ? [] : [[variableName(parameter), values[parameter.name]] as const],
  );
  const variables = {
    resource_group_name: GROUP,
    purge_on_destroy: true,
    azure_cloud: hostNames(cloud),
    ...Object.fromEntries(named),
  };
  writeFileSync(join(folder, "terraform", "terraform.tfvars.json"), JSON.stringify(variables));
  const terraform = async (...args: string[]) => {
    const { code, output } = await module.run(...args, "-input=false", "-no-color");
    if (code !== 0) throw new Error(`terraform ${args[0]} ended with ${code}: ${output.slice(-2000)}`);
  };
  await terraform("init");
  return {
    deploy: () => terraform("apply", "-auto-approve"),
    again: () => terraform("plan", "-detailed-exitcode"),
    remove: async () => {
      await terraform("destroy", "-auto-approve");
      await cloud.settle(await cloud.ask("DELETE", `${cloud.subscription}/resourceGroups/${GROUP}`));
    },
  };
}

async function printedFolder({ folder, values }: Ground): Promise<string> {
  await writeFiles(folder, print(program).files);
  mkdirSync(folder, { recursive: true });
  const parameters = armParameterValues(program, values);
  writeFileSync(join(folder, "parameters.json"), JSON.stringify({ contentVersion: "1.0.0.0", parameters }));
  return folder;
}

async function run({ cloud, folder, programs }: Ground, command: string, args: readonly string[]): Promise<string> {
  const { endpoints, caFile, proxy, http, tenantId, subscriptionId, credentials } = cloud.cloud;
  const running = {
    pid: process.pid,
    arm: endpoints.arm,
    http,
    proxy,
    caFile,
    tenantId,
    subscriptionId,
    clientId: credentials.clientId,
  };
  const known = {
    cloud: running,
    clientSecret: credentials.clientSecret,
    attached: true,
    keep: () => undefined,
    close: async () => undefined,
  };
  const env = {
    ...clientEnvironment(known),
    PATH: [...Object.values(programs).map((path) => dirname(path)), process.env.PATH].join(delimiter),
    HOME: folder,
    QUAYSIDE_POLL_SECONDS: "0.2",
  };
  await signInAz({ ...process.env, ...env }, new AbortController().signal);
  return succeeded(await start(command, args, env));
}

/** The object id of whoever deploys, which the scripts find out and the other ways are told. */
export async function callerOf(cloud: TestCloud): Promise<JsonObject> {
  const claims: unknown = JSON.parse(Buffer.from((await cloud.token()).split(".")[1] ?? "", "base64url").toString("utf8"));
  const oid: JsonValue = isObject(claims) && typeof claims.oid === "string" ? claims.oid : "";
  return { operatorObjectId: oid, operatorType: "ServicePrincipal" };
}
