/** A job's files on this machine: its code, its inputs as Azure ML would mount them, and what it writes. */
import { mkdir, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ArmFault, type CloudHost, type Principal, type Resource } from "../../../contract.ts";
import { type BlobAccess, createBlobAccess } from "../../../planes/blob/index.ts";
import { objectAt, textAt } from "../../common/body.ts";
import { lastName, resourceGroupOf } from "../../common/ids.ts";
import { resolveUri, runArtifacts } from "../uris.ts";
import { workspaceIdOf } from "../workspace-of.ts";
import { requireDataAccess, requireFileAccess } from "./identity.ts";

export interface JobFolder {
  readonly root: string;
  readonly code: string;
  readonly log: string;
  /** Local paths, or the value of a literal, by input. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface JobFiles {
  readonly host: CloudHost;
  readonly workspace: Resource;
  readonly job: Resource;
  /** Whose roles decide about data. */
  readonly principal: Principal;
}

/** Outputs that are one file and not a folder. */
const FILE = "uri_file";

/** Lays the folder out and fetches code and inputs. Throws the fault that the job fails with. */
export async function prepareFolder(files: JobFiles, signal: AbortSignal): Promise<JobFolder> {
  const { host, job } = files;
  const root = jobFolder(host, job.id);
  await rm(root, { recursive: true, force: true });
  const [code, log] = [join(root, "code"), join(root, "std_log.txt")];
  await mkdir(code, { recursive: true });
  await writeFile(log, "");
  // Stands for the training image: modules are found one level above the code.
  await symlink(join(host.runtime.environmentRoot, "node_modules"), join(root, "node_modules"), "dir");
  const blobs = createBlobAccess(host);
  const codeId = textAt(job.properties, "codeId");
  if (codeId !== undefined) await fetchCode(files, blobs, codeId, code, signal);
  const inputs: Record<string, string> = {};
  for (const [name, input] of Object.entries(objectAt(job.properties, "inputs"))) {
    inputs[name] =
      textAt(input, "value") ??
      (await fetchInput(files, blobs, name, objectAt({ input }, "input"), join(root, "inputs", name), signal));
  }
  const outputs: Record<string, string> = {};
  for (const [name, output] of Object.entries(objectAt(job.properties, "outputs"))) {
    const folder = join(root, "outputs", name);
    await mkdir(folder, { recursive: true });
    requireDataAccess(host, files.principal, resolveUri(host, files.workspace, textAt(output, "uri") ?? ""), "write");
    outputs[name] = textAt(output, "jobOutputType") === FILE ? join(folder, name) : folder;
  }
  return { root, code, log, inputs, outputs };
}

/** By resource group and workspace: two of them may each have a job of one name. */
export function jobFolder(host: CloudHost, jobId: string): string {
  const { name: group } = resourceGroupOf(jobId);
  return join(host.runtime.stateDir, "jobs", group.toLowerCase(), lastName(workspaceIdOf(jobId)).toLowerCase(), lastName(jobId));
}

async function fetchCode(files: JobFiles, blobs: BlobAccess, codeId: string, folder: string, signal: AbortSignal): Promise<void> {
  const code = files.host.resources.get(codeId.replace(/^azureml:/, ""));
  if (code === undefined) throw new ArmFault(404, "UserError", `code ${codeId} does not exist any more`);
  const resolved = resolveUri(files.host, files.workspace, textAt(code.properties, "codeUri") ?? "");
  requireFileAccess(files.host, files.workspace, files.principal, resolved);
  await blobs.download(resolved.location, folder, signal);
}

async function fetchInput(
  files: JobFiles,
  blobs: BlobAccess,
  name: string,
  input: ReturnType<typeof objectAt>,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  const uri = textAt(input, "uri") ?? "";
  if (textAt(input, "mode") === "Direct") return uri;
  const resolved = resolveUri(files.host, files.workspace, uri);
  requireDataAccess(files.host, files.principal, resolved, "read");
  await mkdir(folder, { recursive: true });
  const fetched = await blobs.download(resolved.location, folder, signal).catch((error: unknown) => {
    if (!(error instanceof ArmFault)) throw error;
    throw new ArmFault(404, "ScriptExecution.StreamAccess.NotFound", `input ${name}: ${error.message}`);
  });
  const [first] = fetched;
  const isFile = textAt(input, "jobInputType") === FILE;
  if (isFile && (fetched.length !== 1 || first === undefined))
    throw new ArmFault(400, "UserError", `input ${name} is a uri_file, and ${uri} holds ${fetched.length} files`);
  return isFile && first !== undefined ? join(folder, first) : folder;
}

/** Uploads the declared outputs to their datastores, and `./outputs` and `./logs` to the run's artifacts. */
export async function uploadResults(files: JobFiles, folder: JobFolder, signal: AbortSignal): Promise<void> {
  const blobs = createBlobAccess(files.host);
  for (const [name, output] of Object.entries(objectAt(files.job.properties, "outputs"))) {
    const { location } = resolveUri(files.host, files.workspace, textAt(output, "uri") ?? "");
    await blobs.upload(join(folder.root, "outputs", name), location, signal);
  }
  for (const own of ["outputs", "logs"]) {
    const path = join(folder.code, own);
    if (await isFolder(path)) await blobs.upload(path, runArtifacts(files.workspace, files.job.name, own), signal);
  }
}

/** The log stays where an operator can read it; code, inputs and outputs are in blob storage anyway. */
export async function clearFolder(folder: JobFolder): Promise<void> {
  for (const entry of await readdir(folder.root)) {
    if (join(folder.root, entry) !== folder.log) await rm(join(folder.root, entry), { recursive: true, force: true });
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}
