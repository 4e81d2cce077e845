import { parseArgs } from "node:util";
import { EXIT } from "../report/index.ts";
import { onEnd, tell } from "./child.ts";
import { jsonLog } from "./log.ts";
import { integerOption, runMain, usage } from "./main.ts";
import type { DrainMessage, RoutesMessage } from "./protocol.ts";
import { ROUTER_DEFAULTS as DEFAULTS, startRouter } from "./router/router.ts";

const USAGE =
  "usage: router-main.ts [--port 0] [--host 127.0.0.1] [--max-body-bytes N] [--drain-timeout-ms N]; the routing table comes over Node's IPC channel";

await runMain(async () => {
  const { values } = usage(USAGE, () =>
    parseArgs({
      options: {
        port: { type: "string" },
        host: { type: "string", default: DEFAULTS.host },
        "max-body-bytes": { type: "string" },
        "drain-timeout-ms": { type: "string" },
      },
    }),
  );
  const router = await startRouter({
    ...DEFAULTS,
    host: values.host,
    port: integerOption(USAGE, "port", values.port, DEFAULTS.port, 0, 65_535),
    maxBodyBytes: integerOption(USAGE, "max-body-bytes", values["max-body-bytes"], DEFAULTS.maxBodyBytes, 1, 2 ** 30),
    drainTimeoutMs: integerOption(USAGE, "drain-timeout-ms", values["drain-timeout-ms"], DEFAULTS.drainTimeoutMs, 0, 3_600_000),
    log: jsonLog,
  });
  process.on("message", (message: RoutesMessage | DrainMessage) => {
    if (message.type !== "routes") return;
    try {
      router.apply(message);
    } catch (cause) {
      // A table that cannot be built must not take the working one away; the starter misses its `applied`.
      jsonLog("error", "routes.refused", {
        version: message.version,
        message: cause instanceof Error ? cause.message : String(cause),
      });
      return;
    }
    void tell({ type: "applied", version: message.version });
  });
  onEnd((reason) => {
    jsonLog("info", "router.draining", { reason });
    void router.drain().then((whole) => process.exit(whole ? EXIT.done : EXIT.failed));
  });
  jsonLog("info", "router.listening", { host: values.host, port: router.port });
  await tell({ type: "listening", port: router.port });
  await tell({ type: "ready" });
});
