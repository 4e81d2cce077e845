import { jsonEqual } from "../../../../base/index.ts";
import { ArmFault, type Change, type CloudHost, type Resource, type TypeSpec } from "../../../contract.ts";
import { createBlobAccess, storageAccount } from "../../../planes/blob/index.ts";
import { at, flagAt, requireOneOf, requireText, textAt, withDefaults } from "../../common/body.ts";
import { badRequest } from "../../common/faults.ts";
import { parentOf } from "../../common/ids.ts";
import { resolveUri } from "../uris.ts";
import { ML_API_VERSIONS, WORKSPACE } from "../versions.ts";
import { requireWorkspace, workspaceIdOf } from "../workspace-of.ts";
import { type AssetKind, DATA_TYPES, MODEL_TYPES } from "./kinds.ts";
import { compareVersions, listAssets } from "./listing.ts";
import { pendingUpload } from "./pending-upload.ts";

const NAME = {
  pattern: /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/,
  words: "1 to 255 letters, digits, dots, underscores and hyphens, starting with a letter or digit",
};

/** `models/{name}`: knows its latest and its next version. */
export function assetContainer(host: CloudHost, kind: AssetKind): TypeSpec {
  const versions = (id: string) => host.resources.below(id, `${WORKSPACE}/${kind.collection}/versions`);
  return {
    type: `workspaces/${kind.collection}`,
    apiVersions: ML_API_VERSIONS,
    location: "inherited",
    name: NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    list: listAssets,
    admit: ({ body, previous }) => ({
      ...body,
      properties: withDefaults(
        body.properties,
        previous?.properties ?? { description: null, tags: {}, properties: {}, isArchived: false },
      ),
    }),
    present(container) {
      const found = versions(container.id).filter((version) => flagAt(version.properties, "isArchived") !== true);
      return { ...container, properties: { ...container.properties, ...versionNumbers(found) } };
    },
  };
}

function versionNumbers(versions: readonly Resource[]): { latestVersion: string | null; nextVersion: string } {
  const newest = [...versions].sort((a, b) => createdAt(a).localeCompare(createdAt(b)) || compareVersions(a.name, b.name)).at(-1);
  const numbers = versions.map(({ name }) => Number(name)).filter(Number.isInteger);
  return { latestVersion: newest?.name ?? null, nextVersion: String(Math.max(0, ...numbers) + 1) };
}

const createdAt = (resource: Resource) => textAt(resource.systemData, "createdAt") ?? "";

/** `models/{name}/versions/{version}`: what it points at is fixed; description, tags, stage and archiving are not. */
export function assetVersion(host: CloudHost, kind: AssetKind): TypeSpec {
  return {
    type: `workspaces/${kind.collection}/versions`,
    apiVersions: ML_API_VERSIONS,
    location: "inherited",
    name: NAME,
    status: { created: 201, updated: 200, deleted: 200 },
    parentImplied: true,
    list: (items, query, container) =>
      listAssets(kind.collection === "codes" ? sameCode(host, items, query, container) : items, query),
    admit: (change) => admitVersion(host, kind, change),
    ...(kind.collection === "environments" ? {} : { actions: { startPendingUpload: pendingUpload(host) } }),
  };
}

/** Code is found again by its hash, whatever name it was uploaded under: that is how clients avoid a second upload. */
function sameCode(host: CloudHost, items: readonly Resource[], query: URLSearchParams, container: string): readonly Resource[] {
  const hash = query.get("hash");
  if (hash === null) return items;
  return host.resources
    .below(workspaceIdOf(container), `${WORKSPACE}/codes/versions`)
    .filter((code) => textAt(code.properties, "properties.hash_sha256") === hash)
    .filter(
      (code) => (textAt(code.properties, "properties.hash_version") ?? query.get("hashVersion")) === query.get("hashVersion"),
    );
}

async function admitVersion(host: CloudHost, kind: AssetKind, change: Change): Promise<Resource> {
  const { body, previous } = change;
  const properties = withDefaults(body.properties, previous?.properties ?? kind.defaults);
  const completed = { ...body, properties };
  if (previous !== undefined) refuseChange(kind, change, completed, previous);
  else if (kind.collection === "environments") checkEnvironment(completed);
  else await checkFiles(host, kind, change, completed);
  return completed;
}

/** Azure ML's own client recognizes the refusal of a new path by these very words. */
function refuseChange(kind: AssetKind, { id, name }: Change, next: Resource, previous: Resource): void {
  const differs = (member: string) => !jsonEqual(at(next.properties, member), at(previous.properties, member));
  if (kind.uri !== undefined && differs(kind.uri))
    throw badRequest("UserError", "Asset paths cannot be updated.", `properties.${kind.uri}`);
  const changed = kind.fixed.find(differs);
  if (changed !== undefined)
    throw badRequest(
      "UserError",
      `properties.${changed} of ${parentOf(id).split("/").at(-1)} version ${name} cannot change; make a new version`,
      `properties.${changed}`,
    );
}

function checkEnvironment(environment: Resource): void {
  const [image, build] = [at(environment.properties, "image"), at(environment.properties, "build")];
  if ((image === undefined) === (build === undefined))
    throw badRequest(
      "UserError",
      "an environment needs exactly one of properties.image and properties.build",
      "properties.image",
    );
}

async function checkFiles(host: CloudHost, kind: AssetKind, change: Change, version: Resource): Promise<void> {
  const path = `properties.${kind.uri ?? ""}`;
  const uri = requireText(version, path, "UserError");
  if (kind.collection === "models") requireOneOf(version, "properties.modelType", MODEL_TYPES, "UserError");
  if (kind.collection === "data") {
    requireText(version, "properties.dataType", "UserError");
    requireOneOf(version, "properties.dataType", DATA_TYPES, "UserError");
    // Data may be anywhere on the web; it is fetched when a job asks for it.
    if (/^https?:\/\//.test(uri) && !uri.includes(`.blob.${host.endpoints.storageSuffix}/`)) return;
  }
  if (change.preflight === true) return;
  const { location } = resolveUri(host, requireWorkspace(host, change.id), uri);
  if (storageAccount(host, location.account) === undefined)
    throw badRequest("UserError", `${path} is in storage account ${location.account}, which does not exist`, path);
  if (kind.collection === "data") return;
  const files = await createBlobAccess(host).list(location);
  if (files.length === 0) throw new ArmFault(400, "UserError", `${path} is ${uri}; nothing is stored there`, { target: path });
}
