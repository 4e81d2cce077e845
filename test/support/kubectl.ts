import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { repository } from "./quayside.ts";

const run = promisify(execFile);

/** Older ones read the API's description only in OpenAPI v2. */
const LEAST_MINOR = 29;

export interface Kubectl {
  readonly program: string;
  readonly version: string;
  /** Never throws: what it printed and how it ended. */
  (kubeconfig: string, ...words: string[]): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }>;
}

/** The kubectl of `QUAYSIDE_KUBECTL`, of `.tools/` or of the path, or why there is none. */
export async function findKubectl(): Promise<Kubectl | string> {
  const named = process.env.QUAYSIDE_KUBECTL;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates =
    named === undefined ? [join(repository, ".tools", "kubectl"), ...folders.map((folder) => join(folder, "kubectl"))] : [named];
  const file = candidates.find(isExecutable);
  if (file === undefined)
    return named === undefined ? "no kubectl in .tools or on the path" : `QUAYSIDE_KUBECTL is ${named}, which cannot be run`;
  const { stdout } = await run(file, ["version", "--client"]);
  const [, version = "", minor = "0"] = /Client Version: v?(\d+\.(\d+)[^\s]*)/.exec(stdout) ?? [];
  if (Number(minor) < LEAST_MINOR)
    return `${file} is ${version === "" ? "too old" : version}; 1.${LEAST_MINOR} or newer is needed`;
  const call = async (kubeconfig: string, ...words: string[]) => {
    try {
      return { code: 0, ...(await run(file, words, { env: { ...process.env, KUBECONFIG: kubeconfig }, cwd: repository })) };
    } catch (error) {
      const { code, stdout: out = "", stderr = "" } = error as { code?: number; stdout?: string; stderr?: string };
      return { code: typeof code === "number" ? code : -1, stdout: out, stderr };
    }
  };
  return Object.assign(call, { version, program: file });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
