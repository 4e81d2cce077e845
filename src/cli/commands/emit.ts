import { resolve } from "node:path";
import type { Config } from "../../config/index.ts";
import type { Program } from "../../ir/index.ts";
import { EXIT, UsageError } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import type { Workbench } from "../context.ts";
import { resolveParameters } from "../parameters.ts";
import { EMITTERS, missingFiles, print, staleFiles, writeFiles } from "../printed-files.ts";
import { TARGETS } from "../targets.ts";

interface EmitFlags extends Readonly<Record<string, unknown>> {
  readonly out: string;
  readonly check: boolean;
}

/** What the team's own values and changes would come to grief with is told before it is printed; whoever deploys gives the rest. */
async function checkOwn(config: Config, program: Program, { renderer }: Workbench): Promise<void> {
  const values = config.parameters ?? {};
  const isWhole = program.parameters.every(({ name, default: initial }) => initial !== undefined || Object.hasOwn(values, name));
  if (isWhole && (config.parameters !== undefined || config.extend !== undefined))
    await resolveParameters(program, { config, env: {}, assignments: [] }, renderer);
}

export const emit = command<EmitFlags, [target: string]>({
  brief: BRIEFS.emit,
  flags: {
    out: { kind: "parsed", parse: String, brief: "Folder to write to", default: "." },
    check: { kind: "boolean", brief: "Write nothing; fail when the files are missing or not fresh", default: false },
  },
  positional: {
    kind: "tuple",
    parameters: [
      {
        brief: `${TARGETS.join(", ")} or all`,
        parse: String,
        placeholder: "target",
        proposeCompletions: () => [...TARGETS, "all"],
      },
    ],
  },
  async run(flags, bench, target) {
    const known = TARGETS.find((one) => one === target);
    if (target !== "all" && known === undefined) {
      throw new UsageError(`there is no target ${target}`, {
        code: "cli.unknown-target",
        hint: `targets are ${TARGETS.join(", ")} and all`,
      });
    }
    const { config, program } = await bench.platform();
    await checkOwn(config, program, bench);
    const { files, own } = print(program, known && [EMITTERS[known]]);
    const folder = resolve(bench.cwd, flags.out);
    const begun = missingFiles(folder, own);
    const stale = flags.check ? [...(await staleFiles(folder, files)), ...begun.keys()] : [];
    if (!flags.check) await writeFiles(folder, new Map([...files, ...begun]));
    if (stale.length > 0) {
      bench.renderer.failure({
        code: "emit.stale",
        message: `${stale.length} of ${files.size + own.size} files are not fresh`,
        findings: stale,
        hint: `write them again: quayside emit ${target}`,
      });
      return EXIT.verification;
    }
    const paths = [...files.keys(), ...own.keys()];
    bench.renderer.result(flags.check ? `${paths.length} files are fresh` : paths.join("\n"), {
      target,
      files: paths,
      checked: flags.check,
    });
    return EXIT.done;
  },
});
