import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineFromOptions,
  createPipelineRequest,
} from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { isObject, type JsonValue } from "../base/index.ts";
import { EXIT, QuaysideError } from "../report/index.ts";
import { NetworkError } from "./error.ts";
import { type ClientCredentials, signIn } from "./sign-in.ts";

/** Where an Azure is and who we are there. */
export interface Connection {
  /** `https://management.azure.com` */
  readonly endpoint: string;
  /** What tokens for ARM are asked for. */
  readonly audience: string;
  readonly storageSuffix: string;
  readonly registrySuffix: string;
  readonly vaultSuffix: string;
  readonly subscriptionId: string;
  readonly credential: TokenCredential;
  /** `http://127.0.0.1:port`: the rehearsal's own CONNECT proxy; absent = what the environment says. */
  readonly proxy?: string;
}

export interface ConnectOptions {
  /** `azure` or the address of an ARM endpoint. */
  readonly cloud: string;
  readonly subscriptionId: string;
  readonly credentials?: ClientCredentials;
  readonly proxy?: string;
}

const PUBLIC_CLOUD = {
  endpoint: "https://management.azure.com",
  audience: "https://management.azure.com",
  authority: "https://login.microsoftonline.com",
  storageSuffix: "core.windows.net",
  registrySuffix: "azurecr.io",
  vaultSuffix: "vault.azure.net",
};

/** Finds out what the cloud at that address calls its services, and how to sign in there. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const cloud = options.cloud === "azure" ? PUBLIC_CLOUD : await discover(options.cloud, options.proxy);
  const credential = await signIn(options.credentials, {
    authorityHost: cloud.authority,
    // Unknown authorities would be looked up at the public cloud, which a rehearsal must never contact.
    disableInstanceDiscovery: cloud !== PUBLIC_CLOUD,
    ...(options.proxy === undefined ? {} : { proxyOptions: proxySettings(options.proxy) }),
  });
  const { endpoint, audience, storageSuffix, registrySuffix, vaultSuffix } = cloud;
  return {
    endpoint,
    audience,
    storageSuffix,
    registrySuffix,
    vaultSuffix,
    subscriptionId: options.subscriptionId,
    credential,
    ...(options.proxy === undefined ? {} : { proxy: options.proxy }),
  };
}

export function proxySettings(proxy: string): { host: string; port: number } {
  const url = new URL(proxy);
  return { host: `${url.protocol}//${url.hostname}`, port: Number(url.port) };
}

async function discover(address: string, proxy: string | undefined): Promise<typeof PUBLIC_CLOUD> {
  if (!address.startsWith("https://")) {
    throw new QuaysideError(`--cloud is ${address}; it takes rehearsal, azure or an https:// address`, {
      code: "arm.bad-cloud",
      fault: "user",
      exitCode: EXIT.usage,
    });
  }
  const endpoint = address.replace(/\/+$/, "");
  const pipeline = createPipelineFromOptions({
    // A wrong address should be told at once; one more try is enough for a hiccup.
    retryOptions: { maxRetries: 1, retryDelayInMs: 200 },
    ...(proxy === undefined ? {} : { proxyOptions: proxySettings(proxy) }),
  });
  const request = createPipelineRequest({
    url: `${endpoint}/metadata/endpoints?api-version=2022-09-01`,
    method: "GET",
    headers: createHttpHeaders({ accept: "application/json" }),
  });
  let text: string;
  try {
    text = (await pipeline.sendRequest(createDefaultHttpClient(), request)).bodyAsText ?? "";
  } catch (error) {
    throw new NetworkError(`${endpoint} does not answer: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  const metadata = parse(text);
  const authentication = isObject(metadata) && isObject(metadata.authentication) ? metadata.authentication : {};
  const suffixes = isObject(metadata) && isObject(metadata.suffixes) ? metadata.suffixes : {};
  const audiences = Array.isArray(authentication.audiences) ? authentication.audiences : [];
  const [authority, audience] = [authentication.loginEndpoint, audiences[0]];
  if (typeof authority !== "string" || typeof audience !== "string") {
    throw new QuaysideError(`${endpoint} does not describe itself as an Azure Resource Manager`, {
      code: "arm.not-a-cloud",
      fault: "user",
    });
  }
  return {
    endpoint,
    audience: audience.replace(/\/+$/, ""),
    authority: authority.replace(/\/+$/, ""),
    storageSuffix: suffix(suffixes.storage, PUBLIC_CLOUD.storageSuffix),
    registrySuffix: suffix(suffixes.acrLoginServer, PUBLIC_CLOUD.registrySuffix),
    vaultSuffix: suffix(suffixes.keyVaultDns, PUBLIC_CLOUD.vaultSuffix),
  };
}

function suffix(value: JsonValue | undefined, otherwise: string): string {
  return typeof value === "string" && value !== "" ? value.replace(/^\./, "") : otherwise;
}

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
