import type { JsonObject } from "../../../base/index.ts";
import { textAt } from "../../providers/common/body.ts";
import type { Cluster } from "./cluster/cluster.ts";
import type { Kind } from "./kinds/kind.ts";
import { coreVersions, groupList, oneGroup } from "./wire/discovery.ts";
import { openApiDocument, openApiRoot } from "./wire/openapi.ts";
import { Refusal } from "./wire/refusal.ts";
import type { Reply } from "./wire/reply.ts";
import type { KubernetesRequest } from "./wire/request.ts";

/** What a client asks before it does anything: open to everybody who has a valid token. */
export function describe(cluster: Cluster, kinds: readonly Kind[], { path, accept }: KubernetesRequest): Reply | undefined {
  const [, root, a, b] = path.split("/");
  if (["/healthz", "/livez", "/readyz"].includes(path)) return { status: 200, body: "ok" };
  if (path === "/version") return { status: 200, body: versionOf(cluster) };
  if (path === "/api") return { status: 200, body: coreVersions() };
  if (path === "/apis") return { status: 200, body: groupList(kinds) };
  if (root === "apis" && a !== undefined && b === undefined) return { status: 200, body: oneGroup(kinds, a) };
  if (path === "/openapi/v3") return { status: 200, body: openApiRoot(kinds) };
  if (path.startsWith("/openapi/v3/")) {
    if (!/json|\*\/\*|^$/.test(accept)) throw new Refusal(406, "NotAcceptable", "only JSON is available here");
    return { status: 200, body: openApiDocument(kinds, path.slice("/openapi/v3/".length)) };
  }
  if (path === "/openapi/v2")
    throw new Refusal(406, "NotAcceptable", "the embedded AKS describes itself in OpenAPI v3 only, at /openapi/v3");
  return undefined;
}

function versionOf({ resource }: Cluster): JsonObject {
  const version = textAt(resource, "properties.currentKubernetesVersion") ?? "1.0.0";
  const [major = "1", minor = "0"] = version.split(".");
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "",
    goVersion: "",
    compiler: "",
    platform: "linux/amd64",
  };
}
