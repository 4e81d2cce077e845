import { RequestFault } from "../fault.ts";
import { json, type Reply } from "./call.ts";

/** Whose error body a route answers with. */
export type Dialect = "azure" | "open-inference" | "mlflow" | "tensorflow";

const BODIES: Readonly<Record<Dialect, (fault: RequestFault) => object>> = {
  azure: ({ message }) => ({ message }),
  "open-inference": ({ message }) => ({ error: message }),
  // MLflow names the kind of a mistake by the words of its own API.
  mlflow: ({ message, status }) => ({
    error_code: status >= 500 ? "INTERNAL_ERROR" : "BAD_REQUEST",
    message,
    stack_trace: "",
  }),
  tensorflow: ({ message }) => ({ error: message }),
};

/** What a handler threw, as an answer; whatever is not a fault is a bug of this server and says nothing else to the caller. */
export function refusal(cause: unknown, dialect: Dialect): Reply {
  const fault =
    cause instanceof RequestFault ? cause : new RequestFault(500, "serve.bug", "internal error, this is a bug; the log has more");
  return json(fault.status, JSON.stringify(BODIES[dialect](fault)), fault.headers);
}
