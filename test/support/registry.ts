import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ProxyAgent, fetch as send } from "undici";
import { asString, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import type { Cloud } from "../../src/cloud/index.ts";

export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
const OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: JsonObject;
}

interface Options {
  readonly body?: Buffer | string | URLSearchParams | Readable;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/** A registry of the embedded Azure over HTTP, through the proxy that knows its name. */
export interface RegistryClient extends AsyncDisposable {
  ask(method: string, path: string, options?: Options): Promise<RegistryAnswer>;
  /** What a token of Microsoft Entra gives for these scopes. */
  tokenFor(entraToken: string, ...scopes: string[]): Promise<string>;
}

export function registryClient(cloud: Pick<Cloud, "proxy" | "caFile">, loginServer: string): RegistryClient {
  const dispatcher = new ProxyAgent({ uri: cloud.proxy, requestTls: { ca: readFileSync(cloud.caFile, "utf8") } });
  const ask: RegistryClient["ask"] = async (method, path, { body, headers, token } = {}) => {
    const url = path.startsWith("https:") ? path : `https://${loginServer}${path}`;
    const response = await send(url, {
      method,
      dispatcher,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
      ...(body instanceof Readable ? { duplex: "half" as const } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: new Headers([...response.headers]),
      text,
      get json() {
        return JSON.parse(text) as JsonObject;
      },
    };
  };
  return {
    ask,
    async tokenFor(entraToken, ...scopes) {
      const form = (values: [string, string][]) => ({ body: new URLSearchParams(values) });
      const { refresh_token } = (
        await ask(
          "POST",
          "/oauth2/exchange",
          form([
            ["grant_type", "access_token"],
            ["service", loginServer],
            ["access_token", entraToken],
          ]),
        )
      ).json;
      const answer = await ask(
        "POST",
        "/oauth2/token",
        form([
          ["grant_type", "refresh_token"],
          ["service", loginServer],
          ["refresh_token", asString(refresh_token)],
          ...scopes.map((scope): [string, string] => ["scope", scope]),
        ]),
      );
      return asString(answer.json.access_token);
    },
    [Symbol.asyncDispose]: () => dispatcher.close(),
  };
}

export function digestOf(bytes: Buffer | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function descriptor(mediaType: string, bytes: Buffer | string): JsonObject {
  return { mediaType, digest: digestOf(bytes), size: Buffer.byteLength(bytes) };
}

/** A manifest of one layer and what belongs to it. */
export function image(text: string, more: JsonObject = {}) {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });
  const value: JsonObject = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: descriptor(OCI_CONFIG, config),
    layers: [descriptor(OCI_LAYER, text)],
    ...more,
  };
  const manifest = JSON.stringify(value satisfies JsonValue);
  return { manifest, digest: digestOf(manifest), blobs: [config, text] };
}

/** An OCI image layout of one image on disk, as tools that build images write it. */
export async function writeLayout(root: string, tag: string, { manifest, blobs }: ReturnType<typeof image>): Promise<void> {
  await mkdir(join(root, "blobs", "sha256"), { recursive: true });
  for (const bytes of [manifest, ...blobs]) await writeFile(join(root, "blobs", "sha256", digestOf(bytes).slice(7)), bytes);
  await writeFile(join(root, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const manifests = [{ ...descriptor(OCI_MANIFEST, manifest), annotations: { "org.opencontainers.image.ref.name": tag } }];
  await writeFile(join(root, "index.json"), JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }));
}

/** Pushes the parts of an image and its manifest. */
export async function push(
  client: RegistryClient,
  token: string,
  repository: string,
  reference: string,
  { manifest, blobs }: ReturnType<typeof image>,
): Promise<RegistryAnswer> {
  for (const blob of blobs) {
    const made = await client.ask("POST", `/v2/${repository}/blobs/uploads/?digest=${digestOf(blob)}`, { token, body: blob });
    if (made.status !== 201) throw new Error(`a blob was refused with ${made.status}: ${made.text}`);
  }
  return client.ask("PUT", `/v2/${repository}/manifests/${reference}`, {
    token,
    body: manifest,
    headers: { "content-type": OCI_MANIFEST },
  });
}
