import { systemClock } from "../../base/index.ts";
import { destroy } from "../../ops/index.ts";
import { EXIT, step } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { stopRehearsal } from "../rehearsal.ts";
import { GROUP_FLAGS, openSession, resourceGroupName, SESSION_FLAGS, type SessionFlags, WAIT_FLAGS } from "../session.ts";
import { lockRun, stateFolder } from "../state.ts";

interface DownFlags extends SessionFlags, Readonly<Record<string, unknown>> {
  readonly resourceGroup?: string;
  readonly yes: boolean;
  readonly purge: boolean;
}

export const down = command<DownFlags>({
  brief: BRIEFS.down,
  flags: {
    ...SESSION_FLAGS,
    ...GROUP_FLAGS,
    ...WAIT_FLAGS,
    yes: { kind: "boolean", brief: "Do not ask", default: false },
    purge: {
      kind: "boolean",
      brief: "Also purge soft-deleted vaults and logs, so that their names are free again",
      default: true,
    },
  },
  aliases: { g: "resourceGroup", y: "yes" },
  async run(flags, bench) {
    const resourceGroup = await resourceGroupName(flags, bench);
    using _lock = lockRun(stateFolder(bench.cwd, flags.state));
    const session = await openSession(flags, bench, "require");
    if (
      session.rehearsal === undefined &&
      !flags.yes &&
      !(await bench.confirm(`delete resource group ${resourceGroup} and everything in it?`))
    ) {
      bench.renderer.failure({ code: "cli.declined", message: "nothing was removed", hint: "answer yes, or give --yes" });
      return EXIT.declined;
    }
    const context = { reporter: bench.renderer, clock: systemClock, signal: bench.signal, pollMs: session.pollMs };
    const { removed } = await step(
      bench.renderer,
      { step: "down", title: `remove ${resourceGroup}` },
      () => destroy(session.client, resourceGroup, { purge: flags.purge }, context),
      (result) => `${result.removed} resources`,
    );
    if (session.rehearsal !== undefined) await stopRehearsal(session.rehearsal.cloud);
    bench.renderer.result(removed === 0 ? `${resourceGroup} was not there` : `${resourceGroup} is gone`, {
      resourceGroup,
      removed,
    });
    return EXIT.done;
  },
});
