import { idKey } from "../../../azure/index.ts";
import type { CloudHost, Resource, TypeSpec } from "../../contract.ts";
import { requireText, textAt, textsAt } from "../common/body.ts";
import { badRequest, conflict } from "../common/faults.ts";
import { parentOf } from "../common/ids.ts";

const MOST_PER_IDENTITY = 20;
const WRITE_MS = 1_000;
const TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";

/** Writes on one identity must come one after another; Azure answers a second one in flight with 409. */
export function federatedIdentityCredentials(host: CloudHost): TypeSpec {
  const writing = new Set<string>();
  return {
    type: "userAssignedIdentities/federatedIdentityCredentials",
    apiVersions: ["2024-11-30", "2023-01-31"],
    location: "inherited",
    name: {
      pattern: /^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/,
      words: "3 to 120 letters, digits, hyphens and underscores, starting with a letter or digit",
    },
    status: { created: 201, updated: 200, deleted: 200 },
    async admit({ id, body, preflight }) {
      const identity = parentOf(id);
      checkCredential(body);
      if (preflight === true) return body;
      checkSiblings(
        body,
        host.resources.below(identity, TYPE).filter((other) => idKey(other.id) !== idKey(id)),
      );
      if (writing.has(idKey(identity))) {
        throw conflict(
          "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
          `another federated credential of ${identity} is being written; write them one after another`,
        );
      }
      writing.add(idKey(identity));
      try {
        await host.clock.sleep(WRITE_MS);
      } finally {
        writing.delete(idKey(identity));
      }
      return body;
    },
  };
}

function checkCredential(body: Resource): void {
  const issuer = requireText(body, "properties.issuer", "InvalidRequestContent");
  requireText(body, "properties.subject", "InvalidRequestContent");
  if (!/^https:\/\/\S+$/.test(issuer)) {
    throw badRequest(
      "InvalidRequestContent",
      `properties.issuer is ${JSON.stringify(issuer)}; it must be an https address`,
      "properties.issuer",
    );
  }
  const audiences = textsAt(body, "properties.audiences");
  if (audiences.length !== 1) {
    throw badRequest(
      "InvalidRequestContent",
      `properties.audiences has ${audiences.length} entries; exactly one is allowed`,
      "properties.audiences",
    );
  }
}

function checkSiblings(body: Resource, others: readonly Resource[]): void {
  if (others.length >= MOST_PER_IDENTITY) {
    throw badRequest("BadRequest", `the identity has ${others.length} federated credentials; the most is ${MOST_PER_IDENTITY}`);
  }
  // Azure compares issuer and subject exactly: a trailing slash makes another issuer.
  const same = others.find((other) =>
    ["issuer", "subject"].every((key) => textAt(other.properties, key) === textAt(body.properties, key)),
  );
  if (same !== undefined) {
    throw conflict("Conflict", `issuer and subject are those of the credential ${same.name} of the same identity`);
  }
}
