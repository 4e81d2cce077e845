import { ArmFault, type ArmHandler, type ArmRequest } from "./contract.ts";
import type { Tokens } from "./entra/tokens.ts";
import { readApiVersion } from "./envelope/api-version.ts";
import type { Call, Reply } from "./wire/exchange.ts";
import { createRateLimits } from "./wire/rate-limit.ts";

/** Azure Resource Manager: a token, an api-version, then the first handler whose business it is. */
export function createArm(options: { handlers: readonly ArmHandler[]; tokens: Tokens; audiences: readonly string[] }) {
  const rateLimits = createRateLimits(Date.now);
  return async (call: Call): Promise<Reply> => {
    const caller = await options.tokens.authenticate(call.headers.get("authorization") ?? undefined, options.audiences);
    const { correlationId, headers, method, path, query, text } = call;
    const request: ArmRequest = { method, path, query, apiVersion: readApiVersion(query), headers, text, caller, correlationId };
    for (const handle of options.handlers) {
      const response = await handle(request);
      if (response !== undefined)
        return { ...response, headers: { ...rateLimits(caller.objectId, method), ...response.headers } };
    }
    throw new ArmFault(404, "NotFound", `there is nothing at '${path}' in the embedded Azure`);
  };
}
