import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type DeploymentParameter, DeploymentsClient } from "@azure/arm-resourcesdeployments";
import { ClientSecretCredential } from "@azure/identity";
import { StorageRetryPolicyType } from "@azure/storage-blob";
import type { JsonObject } from "../../src/base/index.ts";
import { startTestCloud, type TestCloud, type TestCloudOptions } from "../../src/cloud/testing.ts";
import { armParameterValues, armTemplate } from "../../src/emit/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { repository } from "./quayside.ts";

export const GROUP = "rg-mlops-pipeline";
export const CLUSTER = "aks-mlops-cluster";
export const WORKSPACE = "mlw-mlops-demo";
export const REGION = "eastus";
/** Ending of the globally unique names of the deployed platform. */
export const SUFFIX = "wit01";
/** Virtual hours pass at once, so clients need not wait between two looks. */
export const POLLING = { updateIntervalInMs: 10 };

const serve = (name: string) => join(repository, "src", "serve", name);

/** The processes that the product itself starts. */
export const RUNTIME = {
  modelServer: [process.execPath, serve("server-main.ts")],
  router: [process.execPath, serve("router-main.ts")],
  environmentRoot: repository,
};

/** Makes this process accept a cloud's certificates, as a user's `NODE_EXTRA_CA_CERTS` would from the start. */
export function trust(caFile: string): void {
  setDefaultCACertificates([...getCACertificates("default"), readFileSync(caFile, "utf8")]);
}

export interface Signer {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An embedded Azure and what Microsoft's clients for JavaScript need to find it. */
export interface Witnessed extends AsyncDisposable {
  readonly test: TestCloud;
  readonly credential: ClientSecretCredential;
  readonly subscriptionId: string;
  /** Options that every client of ARM takes. */
  readonly arm: {
    readonly endpoint: string;
    readonly credentialScopes: string[];
    readonly credentials: { readonly scopes: string[] };
  };
  /** Options of clients that go through the proxy to hosts of their own. */
  readonly proxied: { readonly proxyOptions: { readonly host: string; readonly port: number } };
  signIn(signer: Signer): ClientSecretCredential;
}

export async function startWitnessed(options: TestCloudOptions = {}): Promise<Witnessed> {
  const test = await startTestCloud({ runtime: RUNTIME, ...options });
  const { cloud } = test;
  trust(cloud.caFile);
  const { arm } = cloud.endpoints;
  const proxy = new URL(cloud.proxy);
  const scopes = [`${arm}/.default`];
  const signIn = ({ clientId, clientSecret }: Signer) =>
    new ClientSecretCredential(cloud.tenantId, clientId, clientSecret, {
      authorityHost: arm,
      disableInstanceDiscovery: true,
      retryOptions: NO_RETRIES,
    });
  return {
    test,
    signIn,
    credential: signIn({ clientId: cloud.credentials.clientId, clientSecret: cloud.credentials.clientSecret.reveal() }),
    subscriptionId: cloud.subscriptionId,
    arm: { endpoint: arm, credentialScopes: scopes, credentials: { scopes } },
    proxied: { proxyOptions: { host: `${proxy.protocol}//${proxy.hostname}`, port: Number(proxy.port) } },
    [Symbol.asyncDispose]: () => test.close(),
  };
}

const NO_RETRIES = { maxRetries: 0 };

/** For the storage client, which would otherwise ask again for minutes. */
export const STORAGE_OPTIONS = {
  retryOptions: { maxTries: 1, retryPolicyType: StorageRetryPolicyType.FIXED },
};

/** The whole platform as the product deploys it. */
export function platformDeployment(operatorObjectId: string): {
  template: JsonObject;
  parameters: Record<string, DeploymentParameter>;
} {
  const program = definePlatform();
  const values = { nameSuffix: SUFFIX, operatorObjectId, operatorType: "ServicePrincipal" };
  // Every entry is `{ value }`, which is all that the client asks for.
  const parameters = armParameterValues(program, values) as Record<string, DeploymentParameter>;
  return { template: armTemplate(program), parameters };
}

/** Microsoft's client for deployments puts the platform into {@link GROUP}. */
export async function deployPlatform(witnessed: Witnessed): Promise<void> {
  const { arm, credential, subscriptionId, test } = witnessed;
  await test.group(GROUP, REGION);
  const { oid } = claimsOf(await test.token());
  const client = new DeploymentsClient(credential, subscriptionId, arm);
  const made = await client.deployments.createOrUpdate(
    GROUP,
    "quayside",
    { properties: { mode: "Incremental", ...platformDeployment(oid) } },
    POLLING,
  );
  if (made.properties?.provisioningState !== "Succeeded")
    throw new Error(`the deployment is ${made.properties?.provisioningState}`);
}

export async function startPlatform(): Promise<Witnessed> {
  const witnessed = await startWitnessed();
  try {
    await deployPlatform(witnessed);
  } catch (error) {
    await witnessed[Symbol.asyncDispose]();
    throw error;
  }
  return witnessed;
}

export function claimsOf(token: string): { readonly oid: string; readonly exp: number; readonly [claim: string]: unknown } {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as ReturnType<typeof claimsOf>;
}

/** Everything that a paged list holds. */
export async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of pages) found.push(item);
  return found;
}

/** The status and code of a refusal, as the client reports them; throws when it was no refusal. */
export async function refusal(
  work: Promise<unknown>,
): Promise<{ status: number | undefined; code: string | undefined; message: string }> {
  const error = await work.then(
    (value) => {
      throw new Error(`it was not refused: ${JSON.stringify(value)}`);
    },
    (cause: unknown) => cause,
  );
  const { statusCode: status, code, message } = error as { statusCode?: number; code?: string; message: string };
  return { status, code, message };
}

const LOOK_MS = 25;

/** Looks until what is seen is good; bounded, so that a hang is a failure that shows what was seen last. */
export async function until<T>(look: () => Promise<T>, good: (seen: T) => boolean, limitMs = 10_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (performance.now() > deadline) throw new Error(`after ${limitMs} ms it is still ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}
