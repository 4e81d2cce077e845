import packageJson from "../../../package.json" with { type: "json" };
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";

export const version = command({
  brief: BRIEFS.version,
  async run(_flags, bench) {
    bench.renderer.result(packageJson.version, { version: packageJson.version, node: process.version });
  },
});
