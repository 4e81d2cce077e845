import { asObject, asObjects, type JsonObject, type JsonValue } from "../../base/index.ts";
import { QuaysideError } from "../../report/index.ts";

/** Where an API server is, and by which authority it is known. */
export interface ServerAddress {
  /** Without a slash at the end. */
  readonly server: string;
  /** PEM; absent: the authorities that this machine trusts. */
  readonly ca?: string;
}

/**
 * The server of a kubeconfig's current context. Its users are not read: whether the file has a token, a certificate or the
 * name of a plugin, the caller signs in by itself.
 */
export async function readKubeconfig(text: string, cluster: string): Promise<ServerAddress> {
  // Loaded when a cluster is entered.
  const { parse } = await import("yaml");
  const bad = (why: string, cause?: unknown) =>
    new QuaysideError(`the kubeconfig of cluster ${cluster} ${why}`, {
      code: "kubernetes.bad-kubeconfig",
      fault: "azure",
      cause,
    });
  let config: JsonValue;
  try {
    config = parse(text) as JsonValue;
  } catch (cause) {
    throw bad("is not YAML", cause);
  }
  const current = asObject(config)["current-context"];
  const named = entryOf(config, "contexts", current, "context").cluster;
  const found = entryOf(config, "clusters", named, "cluster");
  if (typeof found.server !== "string") throw bad("names no server in its current context");
  // Our token goes there.
  if (!found.server.startsWith("https://")) throw bad(`names ${found.server}, which is not https`);
  const ca = found["certificate-authority-data"];
  return {
    server: found.server.replace(/\/+$/, ""),
    ...(typeof ca === "string" && ca !== "" ? { ca: Buffer.from(ca, "base64").toString("utf8") } : {}),
  };
}

/** `{name, member: {...}}` of a list, by name. */
function entryOf(config: JsonValue | undefined, list: string, name: JsonValue | undefined, member: string): JsonObject {
  const found = asObjects(asObject(config)[list]).find((entry) => entry.name === name);
  return asObject(found?.[member]);
}
