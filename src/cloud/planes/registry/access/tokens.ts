import { jwtVerify, SignJWT } from "jose";
import { isObject } from "../../../../base/index.ts";
import type { CloudHost } from "../../../contract.ts";
import type { Scope } from "./scopes.ts";

/** As long as Azure's: three hours to sign in again, 75 minutes to pull and push. */
const REFRESH_LIFETIME = "3h";
const ACCESS_LIFETIME = "75m";
const ISSUER = "Azure Container Registry";

/** A registry's own tokens; they are good at no other registry. `subject`: an object id, or `admin`. */
export interface RegistryTokens {
  refresh(subject: string): Promise<string>;
  access(subject: string, scopes: readonly Scope[]): Promise<string>;
  /** The subject of a refresh token. */
  readRefresh(token: string): Promise<string | undefined>;
  /** What an access token opens. */
  readAccess(token: string): Promise<readonly Scope[] | undefined>;
}

export function registryTokens(host: CloudHost, loginServer: string): RegistryTokens {
  const key = Buffer.from(host.deriveSecret(`registry-tokens/${loginServer}`), "base64");
  const sign = (claims: Readonly<Record<string, unknown>>, subject: string, lifetime: string) =>
    new SignJWT({ version: "1.0", ...claims })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setIssuer(ISSUER)
      .setAudience(loginServer)
      .setSubject(subject)
      .setJti(host.newGuid())
      .setIssuedAt()
      .setNotBefore(0)
      .setExpirationTime(lifetime)
      .sign(key);
  const read = async (token: string, grant: string) => {
    try {
      const { payload } = await jwtVerify(token, key, { issuer: ISSUER, audience: loginServer, algorithms: ["HS256"] });
      return payload.grant_type === grant ? payload : undefined;
    } catch {
      // Forged, foreign or too old: all the same to whoever shows it.
      return undefined;
    }
  };
  return {
    refresh: (subject) => sign({ grant_type: "refresh_token" }, subject, REFRESH_LIFETIME),
    access: (subject, access) => sign({ grant_type: "access_token", access }, subject, ACCESS_LIFETIME),
    readRefresh: async (token) => (await read(token, "refresh_token"))?.sub,
    async readAccess(token) {
      const payload = await read(token, "access_token");
      return payload && Array.isArray(payload.access) ? payload.access.filter(isScope) : undefined;
    },
  };
}

function isScope(value: unknown): value is Scope {
  return isObject(value) && typeof value.type === "string" && typeof value.name === "string" && Array.isArray(value.actions);
}
