import { resolve } from "node:path";
import { loadMonitor, monitor as putMonitor, stopMonitor } from "../../mlops/index.ts";
import { EXIT } from "../../report/index.ts";
import { command } from "../command.ts";
import { MODEL_ALIASES, MODEL_COMMAND_FLAGS, type ModelFlags, openModel } from "../model-command.ts";
import { WAIT_FLAGS } from "../session.ts";

interface MonitorFlags extends ModelFlags {
  readonly file: string;
  readonly serving: boolean;
  readonly remove: boolean;
}

export const monitor = command<MonitorFlags>({
  brief: "Have Azure ML watch what a deployment collects: drift and data quality, by the model's monitor.yml",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    ...WAIT_FLAGS,
    file: { kind: "parsed", parse: String, brief: "Monitor schedule, in the model's folder", default: "monitor.yml" },
    serving: { kind: "boolean", brief: "Watch the deployment that serves, whichever the file names", default: false },
    remove: { kind: "boolean", brief: "Disable the schedule and delete it", default: false },
  },
  aliases: MODEL_ALIASES,
  async run(flags, bench) {
    const { plan, workspace, context } = await openModel(flags, bench);
    const file = await loadMonitor(resolve(plan.folder, flags.file));
    if (flags.remove) {
      const removed = await stopMonitor(workspace, file.value.name, context);
      bench.renderer.result(removed ? `removed schedule ${file.value.name}` : `there is no schedule ${file.value.name}`, {
        removed,
      });
      return EXIT.done;
    }
    const { schedule, endpoint, deployment } = await putMonitor(workspace, file, { serving: flags.serving }, context);
    bench.renderer.result(`schedule ${schedule.name} watches ${deployment} of ${endpoint}`, {
      schedule: schedule.name,
      endpoint,
      deployment,
      signals: Object.keys(file.value.create_monitor.monitoring_signals),
    });
    return EXIT.done;
  },
});
