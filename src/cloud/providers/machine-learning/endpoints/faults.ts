import { ArmFault } from "../../../contract.ts";
import { unsupported } from "../../common/faults.ts";

/** What Azure ML's online endpoints refuse, under the codes of Microsoft's troubleshooting page for online endpoints. */
export const badArgument = (message: string, target?: string) =>
  new ArmFault(400, "BadArgument", message, target === undefined ? {} : { target });

/** Something that the body names is not there. */
export const notFound = (message: string, target: string) => new ArmFault(400, "ResourceNotFound", message, { target });

/** Valid on Azure, not rehearsed here; the message and a header name the gap, so only printable ASCII may be in it. */
export const notRehearsed = (what: string) => unsupported(what.replace(/[^ -~]/g, "?"));

/** The container does not come up; the message carries the server's own code and the end of its log. */
export const notReady = (message: string) => new ArmFault(400, "ResourceNotReady", message);

/** The endpoint's identity may not read the model or pull the image. */
export const authorizationFailed = (message: string) => new ArmFault(403, "AuthorizationFailed", message);

/** The registry has no such image. */
export const imagePullFailed = (message: string) => new ArmFault(400, "ImagePullLoopBackOff", message);
