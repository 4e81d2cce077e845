import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { JsonObject } from "../../src/base/index.ts";
import { REGISTRY_SUFFIX, VAULT_SUFFIX } from "../../src/cloud/contract.ts";
import type { TestCloud } from "../../src/cloud/testing.ts";
import { repository } from "../support/quayside.ts";

export interface Ran {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** Terraform or OpenTofu, from PATH or the project's tools. */
export function findTerraform(): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(delimiter), join(repository, ".tools", "bin")];
  return ["terraform", "tofu"].flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

export interface Terraform {
  run(...args: readonly string[]): Promise<Ran>;
}

/** A module in a folder of its own, with a provider that is installed from disk alone. */
export function openModule(binary: string, folder: string, files: ReadonlyMap<string, string>, provider?: string): Terraform {
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const settings = join(folder, "terraform.rc");
  writeFileSync(
    settings,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n    path = "${provider === undefined ? folder : mirror(folder, provider)}"\n  }\n}\n`,
  );
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TF_CLI_CONFIG_FILE: settings,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
  };
  return { run: (...args) => run(binary, args, join(folder, "terraform"), { ...env, ...environment }) };
}

let environment: Readonly<Record<string, string>> = {};

/** What the provider reads to find an embedded Azure and to trust it; everything else goes to its proxy, which refuses it. */
export function pointAt({ cloud }: TestCloud): void {
  const { arm } = cloud.endpoints;
  environment = {
    HTTPS_PROXY: cloud.proxy,
    SSL_CERT_FILE: cloud.caFile,
    ARM_ENVIRONMENT: "custom",
    ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST: arm,
    ARM_RESOURCE_MANAGER_ENDPOINT: arm,
    ARM_RESOURCE_MANAGER_AUDIENCE: arm,
    ARM_DISABLE_INSTANCE_DISCOVERY: "true",
    ARM_TENANT_ID: cloud.tenantId,
    ARM_SUBSCRIPTION_ID: cloud.subscriptionId,
    ARM_CLIENT_ID: cloud.credentials.clientId,
    ARM_CLIENT_SECRET: cloud.credentials.clientSecret.reveal(),
  };
}

/** What ARM's `environment()` answers in an embedded Azure, as far as the definition asks. */
export function hostNames({ cloud }: TestCloud): JsonObject {
  const { storageSuffix } = cloud.endpoints;
  return { suffixes: { storage: storageSuffix, acrLoginServer: `.${REGISTRY_SUFFIX}`, keyvaultDns: `.${VAULT_SUFFIX}` } };
}

/** A provider is given as a filesystem mirror or as its binary, which is put into one. */
function mirror(folder: string, provider: string): string {
  if (statSync(provider).isDirectory()) return provider;
  const version = /_v(\d+\.\d+\.\d+)/.exec(provider)?.[1] ?? "2.12.0";
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const place = join(folder, "mirror", "registry.terraform.io", "azure", "azapi", version, `${process.platform}_${arch}`);
  mkdirSync(place, { recursive: true });
  copyFileSync(provider, join(place, `terraform-provider-azapi_v${version}`));
  return join(folder, "mirror");
}

function run(binary: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ran> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(binary, args, { cwd, env });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, output, seconds: (performance.now() - started) / 1000 }));
  });
}
