import type { ArmClient } from "../../arm/index.ts";
import { asObject, type JsonObject, type JsonValue, parseJson } from "../../base/index.ts";

/** Whoever runs the main job, as Microsoft Entra knows them. */
export interface Caller {
  readonly objectId: string;
  readonly type: "User" | "ServicePrincipal";
}

/** Parameters that name the caller, by what they are: Owner brings neither data roles nor one inside the cluster. */
const CALLER = [
  ["operatorObjectId", "operatorType"],
  ["clusterOperatorObjectId", "clusterOperatorType"],
] as const;

/** Whose sign-in this is; `undefined` where the token does not tell. */
export async function whoRuns({ connection }: ArmClient): Promise<Caller | undefined> {
  const token = await connection.credential.getToken(`${connection.audience}/.default`);
  const { oid, idtyp } = claimsOf(token?.token ?? "");
  return typeof oid === "string" ? { objectId: oid, type: idtyp === "app" ? "ServicePrincipal" : "User" } : undefined;
}

/** The caller's object id and type for each of those parameters that nobody has given. */
export function namedFor(caller: Caller | undefined, given: Readonly<Record<string, JsonValue>>): Record<string, JsonValue> {
  if (caller === undefined) return {};
  const wanted = CALLER.filter(([id]) => given[id] === undefined);
  return Object.fromEntries(
    wanted.flatMap(([id, kind]): [string, JsonValue][] => [
      [id, caller.objectId],
      [kind, caller.type],
    ]),
  );
}

/** A token that is not a JWT tells nothing. */
function claimsOf(token: string): JsonObject {
  return asObject(parseJson(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")));
}
