import { deploymentLogs, jobLog } from "../../arm/index.ts";
import { EXIT, UsageError } from "../../report/index.ts";
import { command } from "../command.ts";
import { MODEL_ALIASES, MODEL_COMMAND_FLAGS, type ModelFlags, openModel } from "../model-command.ts";

interface LogsFlags extends ModelFlags {
  readonly deployment?: string;
  readonly tail: number;
}

export const logs = command<LogsFlags, [job?: string]>({
  brief: "Print the log of a training job, or with --deployment the last lines of a deployment's model server",
  flags: {
    ...MODEL_COMMAND_FLAGS,
    deployment: { kind: "parsed", parse: String, brief: "Deployment of the endpoint, e.g. blue", optional: true },
    tail: { kind: "parsed", parse: lines, brief: "Lines of a deployment's log", default: "100" },
  },
  aliases: MODEL_ALIASES,
  positional: { kind: "tuple", parameters: [{ brief: "name of the job", parse: String, placeholder: "job", optional: true }] },
  async run(flags, bench, job) {
    if ((job === undefined) === (flags.deployment === undefined)) {
      throw new UsageError("give the name of a job or --deployment, one of them", { code: "cli.which-log" });
    }
    const { plan, workspace } = await openModel(flags, bench);
    const text =
      job === undefined
        ? await deploymentLogs(workspace, plan.endpoint.value.name, flags.deployment ?? "", flags.tail, bench.signal)
        : await jobLog(workspace, job, bench.signal);
    bench.renderer.result(text.trimEnd(), { job, deployment: flags.deployment, log: text });
    return EXIT.done;
  },
});

function lines(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`${text} is not a number of lines`);
  return count;
}
