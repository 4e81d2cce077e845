import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { checkCredential } from "./credentials.ts";
import type { Endpoint } from "./table.ts";

const sha256 = (text: string) => Buffer.from(createHash("sha256").update(text).digest("hex"), "latin1");
const endpoint: Endpoint = {
  name: "e",
  credentials: [
    { sha256: sha256("key"), expiresAt: Number.POSITIVE_INFINITY },
    { sha256: sha256("token"), expiresAt: 1000 },
  ],
  deployments: new Map(),
  live: [],
  hasWeight: false,
  sticky: undefined,
  mirrors: [],
};

test.each(["Bearer key", "bearer key", "Bearer   key", "Bearer token"])("%s opens the endpoint", (authorization) => {
  expect(() => checkCredential(endpoint, authorization, 999)).not.toThrow();
});

test.each([
  [undefined, 'serve.no-credential: endpoint "e" wants a key or token; send it as authorization: Bearer'],
  ["Basic a2V5", "serve.no-credential"],
  ["Bearer", "serve.no-credential"],
  ["Bearer wrong", 'serve.wrong-credential: the key or token does not open endpoint "e"'],
  ["Bearer token", "serve.credential-expired: the key or token has expired"],
])("%s is a 401 that says why and does not repeat the credential", (authorization, message) => {
  expect(() => checkCredential(endpoint, authorization, 1000)).toThrow(
    expect.objectContaining({
      status: 401,
      message: expect.stringContaining(message),
      headers: { "www-authenticate": "Bearer" },
    }),
  );
});
