import { z } from "zod";
import { isObject, type JsonObject } from "../../base/index.ts";
import { ArmFault, type CloudClock, type ProviderControl } from "../contract.ts";
import type { Directory } from "../entra/principals.ts";
import { toJson } from "../envelope/json.ts";
import { readJson } from "../envelope/read-json.ts";
import type { Replication } from "../replication.ts";
import { sameSecret } from "../same-secret.ts";
import type { Call, Reply } from "../wire/exchange.ts";
import { faultSchema } from "./fault-rule.ts";
import type { Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { CONTROL_PATH } from "./path.ts";

const advanceSchema = z.strictObject({ ms: z.number().min(0).max(1e13) });
const replicationSchema = z.strictObject({
  roleMs: z.int().min(0).max(3_600_000).optional(),
  principalMs: z.int().min(0).max(3_600_000).optional(),
});
const principalSchema = z.strictObject({ displayName: z.string().min(1).max(256) });
const REQUESTS = 100;

export interface ControlOptions {
  readonly token: string;
  readonly clock: CloudClock;
  readonly mode: string;
  readonly directory: Directory;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly replication: Replication;
  readonly reset: () => Promise<void>;
  readonly providers: readonly ProviderControl[];
}

/** Steers the rehearsal itself: only tests and the command line come here, with a token of its own. */
export function createControl(options: ControlOptions) {
  const { clock, directory, faults, journal } = options;
  const time = (): JsonObject => ({ now: new Date(clock.now()).toISOString(), mode: options.mode });

  const routes: Readonly<Record<string, (call: Call) => Reply | Promise<Reply>>> = {
    ...Object.fromEntries(options.providers.map((control) => [`${control.method} ${control.path}`, routeOf(control)])),
    "GET /clock": () => ({ status: 200, body: time() }),
    "POST /clock/advance": (call) => {
      clock.advance(parse(advanceSchema, call).ms);
      return { status: 200, body: time() };
    },
    "GET /faults": () => ({ status: 200, body: { value: toJson(faults.list()) } }),
    "POST /faults": (call) => ({ status: 201, body: toJson(faults.add(parse(faultSchema, call))) }),
    "DELETE /faults": () => {
      faults.clear();
      return { status: 204 };
    },
    "GET /replication": () => ({ status: 200, body: { ...options.replication } }),
    "PUT /replication": (call) => {
      Object.assign(options.replication, parse(replicationSchema, call));
      return { status: 200, body: { ...options.replication } };
    },
    "GET /requests": (call) => {
      const last = Number(call.query.get("last") ?? REQUESTS);
      if (!Number.isInteger(last) || last < 1)
        throw new ArmFault(400, "InvalidRequest", `last is '${call.query.get("last") ?? ""}'; it must be a whole number above 0`);
      return { status: 200, body: { value: toJson(journal.last(last)) } };
    },
    "POST /principals": (call) => {
      const { clientSecret, entry } = directory.createServicePrincipal(parse(principalSchema, call).displayName);
      // The one time that the secret is told: only its hash is kept.
      return {
        status: 201,
        body: {
          objectId: entry.objectId,
          clientId: entry.clientId,
          displayName: entry.displayName,
          clientSecret: clientSecret.reveal(),
        },
      };
    },
    "POST /reset": async () => {
      await options.reset();
      return { status: 204 };
    },
  };

  return async (call: Call): Promise<Reply | undefined> => {
    if (!call.path.startsWith(`${CONTROL_PATH}/`)) return undefined;
    const path = call.path.slice(CONTROL_PATH.length);
    if (path === "/health" && (call.method === "GET" || call.method === "HEAD"))
      return { status: 200, body: { status: "ok", pid: process.pid } };
    if (!isAllowed(call.headers.get("authorization"), options.token)) {
      throw new ArmFault(401, "AuthenticationFailed", "the control endpoint needs its own bearer token", {
        headers: { "www-authenticate": "Bearer" },
      });
    }
    const route = routes[`${call.method} ${path}`];
    if (route === undefined)
      throw new ArmFault(
        404,
        "NotFound",
        `the control endpoint has no ${call.method} ${path}; it has ${Object.keys(routes).join(", ")}`,
      );
    return route(call);
  };
}

function routeOf(control: ProviderControl): (call: Call) => Reply {
  return (call) => {
    const body = call.text.trim() === "" ? {} : readJson(call.text);
    return { status: 200, body: control.run({ query: call.query, body: isObject(body) ? body : {} }) };
  };
}

function isAllowed(authorization: string | null, token: string): boolean {
  return sameSecret(authorization ?? "", `Bearer ${token}`);
}

function parse<T>(schema: z.ZodType<T>, call: Call): T {
  const body = call.text.trim() === "" ? {} : readJson(call.text);
  const parsed = schema.safeParse(isObject(body) ? body : undefined);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "the body"}: ${issue.message}`);
  throw new ArmFault(400, "InvalidRequest", issues.join("; "));
}
