import {
  AggregateAuthenticationError,
  AuthenticationError,
  CredentialUnavailableError,
  type TokenCredential,
} from "@azure/identity";
import { expect, test } from "vitest";
import { explained } from "./sign-in.ts";

function refusing(error: Error): TokenCredential {
  return explained({ getToken: () => Promise.reject(error) });
}

test("nobody being signed in is one line that says how to sign in", async () => {
  const unavailable = new CredentialUnavailableError("Azure CLI could not be found.");
  const credential = refusing(new AggregateAuthenticationError([unavailable], "ChainedTokenCredential failed"));

  await expect(credential.getToken("scope")).rejects.toMatchObject({
    code: "arm.sign-in-failed",
    fault: "user",
    message: "nobody is signed in to Azure here",
    hint: expect.stringContaining("az login"),
  });
});

test("a refused client secret is told in Entra's words, without its trace", async () => {
  const description = "AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2\r\nTimestamp: 3";
  const credential = refusing(new AuthenticationError(401, { error: "invalid_client", error_description: description }));

  await expect(credential.getToken("scope")).rejects.toMatchObject({
    code: "arm.sign-in-failed",
    message: "the sign-in was refused: AADSTS7000215: Invalid client secret provided.",
  });
});

test("an error of another kind goes through as it is", async () => {
  const error = new TypeError("a mistake of ours");

  await expect(refusing(error).getToken("scope")).rejects.toBe(error);
});
