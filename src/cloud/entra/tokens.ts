import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import type { JWK, JWTPayload } from "jose";
import { ArmFault, type Principal } from "../contract.ts";
import type { Credentials } from "../credentials.ts";
import { type Directory, SYSTEM } from "./principals.ts";

/** Entra's own token lifetime for applications is one hour. */
export const TOKEN_LIFETIME_MS = 3_600_000;
/** Verified tokens are remembered: clients send the same one with every request. */
const REMEMBERED = 1_000;

export interface Tokens {
  /** Wall time: tokens belong to the clients' world. */
  issue(principal: Principal, audience: string, lifetimeMs?: number): Promise<string>;
  /** `target` is the authority that a 401 sends the client to. */
  authenticate(authorization: string | undefined, audiences: readonly string[]): Promise<Principal>;
  jwks(): Promise<{ keys: JWK[] }>;
}

export function createTokens(credentials: Credentials, directory: Directory, authority: () => string): Tokens {
  const { tenantId } = credentials;
  const issuer = `https://sts.windows.net/${tenantId}/`;
  const key: KeyObject = createPrivateKey(credentials.signingKey);
  const publicKey = createPublicKey(key);
  const remembered = new Map<string, JWTPayload>();

  async function verify(token: string): Promise<JWTPayload> {
    const known = remembered.get(token);
    if (known !== undefined && (known.exp ?? 0) * 1000 > Date.now()) return known;
    const { errors, jwtVerify } = await import("jose");
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        issuer,
        algorithms: ["RS256"],
        requiredClaims: ["exp", "aud", "oid"],
      });
      if (remembered.size >= REMEMBERED) remembered.clear();
      remembered.set(token, payload);
      return payload;
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw unauthorized("ExpiredAuthenticationToken", "the access token has expired; get a new one");
      if (error instanceof errors.JWTClaimValidationFailed && error.claim === "iss") {
        throw unauthorized("InvalidAuthenticationTokenTenant", `the access token is from another issuer than ${issuer}`);
      }
      throw unauthorized("InvalidAuthenticationToken", "the access token is not one that this directory signed");
    }
  }

  function unauthorized(code: string, message: string): ArmFault {
    const challenge = `Bearer authorization_uri="${authority()}/${tenantId}", error="invalid_token", error_description="${message}"`;
    return new ArmFault(401, code, message, { headers: { "www-authenticate": challenge } });
  }

  return {
    issue: async (principal, audience, lifetimeMs = TOKEN_LIFETIME_MS) => {
      const { SignJWT } = await import("jose");
      const entry = directory.entry(principal.objectId);
      const now = Math.floor(Date.now() / 1000);
      // The claims of a version 1 token: what Azure Resource Manager gets and what clients look into.
      return new SignJWT({
        appid: entry?.clientId ?? principal.objectId,
        appidacr: "1",
        app_displayname: principal.displayName,
        idp: issuer,
        idtyp: principal.kind === "user" ? "user" : "app",
        oid: principal.objectId,
        rh: "0.",
        tid: tenantId,
        uti: crypto.randomUUID(),
        ver: "1.0",
        ...(entry?.resourceId === undefined ? {} : { xms_mirid: entry.resourceId }),
      })
        .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: credentials.signingKeyId, x5t: credentials.signingKeyId })
        .setIssuer(issuer)
        .setSubject(principal.objectId)
        .setAudience(audience)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + Math.floor(lifetimeMs / 1000))
        .sign(key);
    },
    authenticate: async (authorization, audiences) => {
      if (authorization === undefined || authorization === "") {
        throw unauthorized("AuthenticationFailed", "authentication failed: the Authorization header is missing");
      }
      const [scheme, token] = authorization.split(/\s+/, 2);
      if (scheme?.toLowerCase() !== "bearer" || token === undefined) {
        throw unauthorized(
          "AuthenticationFailedInvalidHeader",
          "authentication failed: the Authorization header must be 'Bearer {token}'",
        );
      }
      const claims = await verify(token);
      const audience = String(claims.aud).replace(/\/+$/, "");
      if (!audiences.some((accepted) => accepted.replace(/\/+$/, "") === audience)) {
        throw unauthorized(
          "InvalidAuthenticationTokenAudience",
          `the access token is for the audience ${String(claims.aud)}, not for ${audiences.join(" or ")}`,
        );
      }
      const principal = directory.byObjectId(String(claims.oid));
      if (principal === undefined)
        throw unauthorized("InvalidAuthenticationToken", `the principal ${String(claims.oid)} is not in the directory any more`);
      return principal.objectId === SYSTEM.objectId
        ? SYSTEM
        : { objectId: principal.objectId, kind: principal.kind, displayName: principal.displayName };
    },
    jwks: async () => {
      const { exportJWK } = await import("jose");
      const keyId = credentials.signingKeyId;
      return { keys: [{ ...(await exportJWK(publicKey)), use: "sig", alg: "RS256", kid: keyId, x5t: keyId, issuer }] };
    },
  };
}
