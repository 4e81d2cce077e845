import type { TokenCredential } from "@azure/identity";
import { QuaysideError, type Secret } from "../report/index.ts";

/** Client credentials; absent = whatever `DefaultAzureCredential` finds (environment, workload identity, az login, ...). */
export interface ClientCredentials {
  readonly tenantId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
}

export interface SignInOptions {
  readonly authorityHost: string;
  readonly disableInstanceDiscovery: boolean;
  readonly proxyOptions?: { readonly host: string; readonly port: number };
}

/** Signs in as the client, or as whoever `DefaultAzureCredential` finds. */
export async function signIn(credentials: ClientCredentials | undefined, options: SignInOptions): Promise<TokenCredential> {
  // Loaded when it is needed: it takes longer to load than all of Quayside.
  const { ClientSecretCredential, DefaultAzureCredential } = await import("@azure/identity");
  if (credentials === undefined) return explained(new DefaultAzureCredential(options));
  const { tenantId, clientId, clientSecret } = credentials;
  return explained(new ClientSecretCredential(tenantId, clientId, clientSecret.reveal(), options));
}

/** The same credential; what it throws becomes one line. */
export function explained(credential: TokenCredential): TokenCredential {
  return {
    getToken: async (scopes, options) => {
      try {
        return await credential.getToken(scopes, options);
      } catch (error) {
        throw error instanceof Error && error.name in REASONS ? new SignInError(error) : error;
      }
    },
  };
}

/** What `@azure/identity` throws, by name. */
const REASONS: Readonly<Record<string, (error: Error) => string>> = {
  AggregateAuthenticationError: () => "nobody is signed in to Azure here",
  CredentialUnavailableError: firstLine,
  AuthenticationRequiredError: firstLine,
  AuthenticationError: firstLine,
};

class SignInError extends QuaysideError {
  override readonly name = "SignInError";

  constructor(cause: Error) {
    super(REASONS[cause.name]?.(cause) ?? cause.message, {
      code: "arm.sign-in-failed",
      fault: "user",
      cause,
      hint: "sign in with az login, or give AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET",
    });
  }
}

/** Entra's messages go on with trace ids and times. */
function firstLine(error: Error): string {
  const [, reason = error.message] = /(AADSTS\d+:.*?)(?:\s+Trace ID:|[\r\n]|$)/.exec(error.message) ?? [];
  return `the sign-in was refused: ${reason.split(/[\r\n]/)[0]}`;
}
