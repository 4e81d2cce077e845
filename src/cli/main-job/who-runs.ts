import type { ArmClient } from "../../arm/index.ts";
import { asObject, type JsonObject, type JsonValue, parseJson } from "../../base/index.ts";

/** Parameters that name whoever runs the main job, by what they are: Owner brings neither data roles nor one inside the cluster. */
const CALLER = [
  ["operatorObjectId", "operatorType"],
  ["clusterOperatorObjectId", "clusterOperatorType"],
] as const;

/** The caller's object id and type for each of those parameters that nobody has given. */
export async function whoRuns(client: ArmClient, given: Readonly<Record<string, JsonValue>>): Promise<Record<string, JsonValue>> {
  const token = await client.connection.credential.getToken(`${client.connection.audience}/.default`);
  const { oid, idtyp } = claimsOf(token?.token ?? "");
  if (oid === undefined) return {};
  const type = idtyp === "app" ? "ServicePrincipal" : "User";
  const wanted = CALLER.filter(([id]) => given[id] === undefined);
  return Object.fromEntries(
    wanted.flatMap(([id, kind]): [string, JsonValue][] => [
      [id, oid],
      [kind, type],
    ]),
  );
}

/** A token that is not a JWT tells nothing. */
function claimsOf(token: string): JsonObject {
  return asObject(parseJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
}
