import { isObject, type JsonObject, type JsonValue } from "../../../base/index.ts";
import type { CloudHost, NameRule, NamespaceAction } from "../../contract.ts";
import { badRequest } from "./faults.ts";

/** Whether the name is held anywhere, also by a soft-deleted resource: names that become host names are global. */
function isTaken(host: CloudHost, type: string, name: string): boolean {
  const held = [...host.resources.ofType(type), ...host.resources.softDeleted(type).map(({ resource }) => resource)];
  return held.some((other) => other.name.toLowerCase() === name.toLowerCase());
}

/** `POST checkNameAvailability`, whose answer is 200 whether or not the name can be had. */
export function checkNameAvailability(options: {
  readonly host: CloudHost;
  readonly type: string;
  readonly rule: NameRule;
  /** The `reason` for a malformed name; providers spell it differently. */
  readonly invalid: string;
}): NamespaceAction {
  const answer = (name: string): JsonObject => {
    if (!options.rule.pattern.test(name)) {
      return {
        nameAvailable: false,
        reason: options.invalid,
        message: `${JSON.stringify(name)} is not valid: ${options.rule.words}`,
      };
    }
    if (isTaken(options.host, options.type, name)) {
      return { nameAvailable: false, reason: "AlreadyExists", message: `the name ${name} is already taken` };
    }
    return { nameAvailable: true };
  };
  return {
    method: "POST",
    path: "checkNameAvailability",
    permission: "checkNameAvailability/action",
    run: ({ body }) => {
      const { name, type } = requestOf(body);
      if (type !== undefined && type.toLowerCase() !== options.type.toLowerCase()) {
        throw badRequest("InvalidRequestContent", `type is ${JSON.stringify(type)}; it must be ${options.type}`, "type");
      }
      return { status: 200, body: answer(name) };
    },
  };
}

function requestOf(body: JsonValue | undefined): { readonly name: string; readonly type?: string } {
  if (!isObject(body) || typeof body.name !== "string")
    throw badRequest("InvalidRequestContent", "name is missing; it is required", "name");
  return { name: body.name, ...(typeof body.type === "string" ? { type: body.type } : {}) };
}
