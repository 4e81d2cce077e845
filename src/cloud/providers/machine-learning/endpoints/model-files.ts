import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ArmFault, type CloudHost } from "../../../contract.ts";
import { type BlobLocation, createBlobAccess } from "../../../planes/blob/index.ts";
import { textAt } from "../../common/body.ts";
import { resolveUri } from "../uris.ts";
import { requireWorkspace } from "../workspace-of.ts";
import type { Asset } from "./assets.ts";
import { badArgument } from "./faults.ts";

/** Where a model version's files are. */
export function modelLocation(host: CloudHost, { resource }: Asset): BlobLocation {
  const uri = textAt(resource.properties, "modelUri") ?? "";
  return resolveUri(host, requireWorkspace(host, resource.id), uri).location;
}

/** Brings a model version below `folder` and answers where it is; a version never changes, so one that is there is used again. */
export async function fetchModel(
  host: CloudHost,
  model: Asset,
  folder: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const location = modelLocation(host, model);
  const made = JSON.stringify([model.resource.id.toLowerCase(), model.resource.systemData?.createdAt, location]);
  const target = join(folder, `model-${createHash("sha256").update(made).digest("hex").slice(0, 12)}`);
  if (existsSync(target)) return target;
  const partial = `${target}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  const access = createBlobAccess(host);
  say(`downloading model ${model.name}:${model.version} from ${access.url(location)}`);
  try {
    const files = await access.download(location, partial, signal);
    say(`downloaded ${files.length} ${files.length === 1 ? "file" : "files"}: ${files.join(", ")}`);
  } catch (cause) {
    rmSync(partial, { recursive: true, force: true });
    if (!(cause instanceof ArmFault)) throw cause;
    say(`download failed: ${cause.code}: ${cause.message}`);
    throw badArgument(
      `unable to download user model ${model.name}:${model.version}: ${cause.code}: ${cause.message}`,
      "properties.model",
    );
  }
  // A folder under its final name is complete, whatever kills the cloud in between.
  renameSync(partial, target);
  return target;
}
