import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { QuaysideError } from "../report/index.ts";

/**
 * Signs az in, once for each of its folders: alone among the clients it reads no credentials from the environment.
 * Where there is no az there is nothing to do.
 */
export async function signInAz(env: Readonly<Record<string, string | undefined>>, signal: AbortSignal): Promise<void> {
  const { AZURE_CONFIG_DIR: folder = "", AZURE_CLIENT_ID = "", AZURE_CLIENT_SECRET = "", AZURE_TENANT_ID = "" } = env;
  // az writes its own files before it is signed in; ours is there when it was.
  const done = join(folder, "signed-in");
  if (folder === "" || existsSync(done)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // In a file, because every user of the machine can read a command line.
  const secret = join(folder, "client-secret");
  writeFileSync(secret, AZURE_CLIENT_SECRET, { mode: 0o600 });
  const login = ["login", "--service-principal", "--username", AZURE_CLIENT_ID, "--password", `@${secret}`];
  try {
    await promisify(execFile)("az", [...login, "--tenant", AZURE_TENANT_ID, "--output", "none", "--only-show-errors"], {
      env: { ...env },
      signal,
    });
    writeFileSync(done, "");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return;
    throw new QuaysideError("az cannot sign in to the embedded Azure", {
      code: "cli.az-cannot-sign-in",
      fault: "azure",
      hint: cause instanceof Error ? cause.message.trim().split("\n").slice(1).join(" ").slice(0, 500) : undefined,
      cause,
    });
  } finally {
    rmSync(secret, { force: true });
  }
}
