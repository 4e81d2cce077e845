import { ArmFault } from "../../../contract.ts";

/** What Azure ML's online endpoints refuse, under the codes of Microsoft's troubleshooting page for online endpoints. */
export const badArgument = (message: string, target?: string) =>
  new ArmFault(400, "BadArgument", message, target === undefined ? {} : { target });

/** Valid on Azure, not rehearsed here; the message names the gap. */
export const notRehearsed = (what: string, target: string) =>
  new ArmFault(400, "NotSupported", `${what} is not supported by the embedded Azure`, { target });

export const notFound = (what: string) => new ArmFault(404, "ResourceNotFound", `${what} was not found`);

export const busy = (what: string, state: string) =>
  new ArmFault(409, "Conflict", `${what} is ${state}; wait for that operation to end and try again`);

/** The container does not come up; the message carries the server's own code and the end of its log. */
export const notReady = (message: string) => new ArmFault(400, "ResourceNotReady", message);

/** The endpoint's identity may not read the model or pull the image. */
export const authorizationFailed = (message: string) => new ArmFault(403, "AuthorizationFailed", message);
