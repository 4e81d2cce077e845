import { resolve } from "node:path";
import { EXIT, UsageError } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { EMITTERS, missingFiles, print, staleFiles, writeFiles } from "../printed-files.ts";
import { TARGETS } from "../targets.ts";

interface EmitFlags extends Readonly<Record<string, unknown>> {
  readonly out: string;
  readonly check: boolean;
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
    const { program } = await bench.platform();
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
