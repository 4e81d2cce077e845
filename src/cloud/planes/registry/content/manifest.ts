import { createHash } from "node:crypto";
import { isObject, type JsonObject, type JsonValue } from "../../../../base/index.ts";
import { objectAt, textAt } from "../../../providers/common/body.ts";
import { isDigest } from "../names.ts";
import { manifestInvalid, RegistryRefusal } from "../refusal.ts";

const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const INDEXES = [OCI_INDEX, DOCKER_LIST];
const IMAGES = [OCI_MANIFEST, DOCKER_MANIFEST];
/** Layers that are fetched from where their `urls` say. */
const FOREIGN = /\.(foreign|nondistributable)\./;

/** What a manifest names. */
export interface ParsedManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly blobs: readonly string[];
  readonly manifests: readonly string[];
  readonly imageSize: number;
  readonly subject?: string;
  readonly artifactType?: string;
  readonly configMediaType?: string;
}

/**
 * Reads a manifest of OCI 1.1 or of Docker's schema 2, an image's or an index.
 * @throws RegistryRefusal MANIFEST_INVALID
 */
export function parseManifest(bytes: Buffer, contentType: string): ParsedManifest {
  const value = readJson(bytes);
  const mediaType = contentType === "" ? (textAt(value, "mediaType") ?? "") : contentType;
  if (![...INDEXES, ...IMAGES].includes(mediaType))
    throw new RegistryRefusal(400, "MANIFEST_INVALID", `manifests of type ${JSON.stringify(mediaType)} are not known here`);
  if (value.schemaVersion !== 2) throw manifestInvalid("schemaVersion must be 2");
  if (value.mediaType !== undefined && value.mediaType !== mediaType)
    throw manifestInvalid(`mediaType is ${JSON.stringify(value.mediaType)}, and the content type is ${mediaType}`);
  const isIndex = INDEXES.includes(mediaType);
  const config = objectAt(value, "config");
  const parts = isIndex ? descriptors(value, "manifests") : [descriptor(value.config, "config"), ...descriptors(value, "layers")];
  const own = parts.filter((part) => !FOREIGN.test(textAt(part, "mediaType") ?? ""));
  const subject = value.subject === undefined ? undefined : digestOf(descriptor(value.subject, "subject"));
  const artifactType = textAt(value, "artifactType") ?? (isIndex ? undefined : textAt(config, "mediaType"));
  const configMediaType = textAt(config, "mediaType");
  return {
    digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    mediaType,
    blobs: isIndex ? [] : own.map(digestOf),
    manifests: isIndex ? own.map(digestOf) : [],
    imageSize: parts.reduce((sum, part) => sum + Number(part.size), 0),
    ...(subject === undefined ? {} : { subject }),
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(configMediaType === undefined ? {} : { configMediaType }),
  };
}

function readJson(bytes: Buffer): JsonObject {
  try {
    const value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)) as JsonValue;
    if (isObject(value)) return value;
  } catch {
    // Falls through to the refusal below.
  }
  throw manifestInvalid("the manifest is not a JSON object");
}

function descriptors(value: JsonObject, member: string): JsonObject[] {
  const list = value[member];
  if (!Array.isArray(list)) throw manifestInvalid(`${member} must be a list`);
  return list.map((item, index) => descriptor(item, `${member}[${index}]`));
}

function descriptor(value: JsonValue | undefined, place: string): JsonObject {
  if (!isObject(value)) throw manifestInvalid(`${place} must be a descriptor`);
  if (typeof value.digest !== "string" || !isDigest(value.digest))
    throw manifestInvalid(`${place}.digest must be a sha256 digest`);
  if (!Number.isSafeInteger(value.size) || Number(value.size) < 0)
    throw manifestInvalid(`${place}.size must be a number of bytes`);
  return value;
}

function digestOf(value: JsonObject): string {
  return textAt(value, "digest") ?? "";
}

/** The annotations of a manifest, when it has any. */
export function annotationsOf(text: string): JsonObject | undefined {
  const annotations = objectAt(JSON.parse(text) as JsonValue, "annotations");
  return Object.keys(annotations).length === 0 ? undefined : annotations;
}
