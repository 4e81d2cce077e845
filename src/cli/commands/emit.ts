import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type EmitResult, emitArm, emitBicep, emitKubernetes, emitScripts, emitTerraform } from "../../emit/index.ts";
import type { Program } from "../../ir/index.ts";
import { clusterObjects, definePlatform } from "../../platform/index.ts";
import { DiagnosticsError, EXIT, hasErrors, UsageError } from "../../report/index.ts";
import { command } from "../command.ts";

/** Every target that the definition prints; a new one is a new row. */
const EMITTERS: Readonly<Record<string, (program: Program) => EmitResult>> = {
  arm: emitArm,
  bicep: emitBicep,
  terraform: emitTerraform,
  kubernetes: () => emitKubernetes(clusterObjects()),
  scripts: emitScripts,
};

interface EmitFlags extends Readonly<Record<string, unknown>> {
  readonly out: string;
  readonly check: boolean;
}

export const emit = command<EmitFlags, [target: string]>({
  brief: `Print the platform's definition for a target: ${Object.keys(EMITTERS).join(", ")}, or all`,
  flags: {
    out: { kind: "parsed", parse: String, brief: "Folder to write to", default: "." },
    check: { kind: "boolean", brief: "Write nothing; fail when the files are missing or not fresh", default: false },
  },
  positional: {
    kind: "tuple",
    parameters: [
      {
        brief: `${Object.keys(EMITTERS).join(", ")} or all`,
        parse: String,
        placeholder: "target",
        proposeCompletions: () => [...Object.keys(EMITTERS), "all"],
      },
    ],
  },
  async run(flags, bench, target) {
    const chosen = target === "all" ? Object.values(EMITTERS) : [EMITTERS[target]].filter((emitter) => emitter !== undefined);
    if (chosen.length === 0) {
      throw new UsageError(`there is no target ${target}`, {
        code: "cli.unknown-target",
        hint: `targets are ${Object.keys(EMITTERS).join(", ")} and all`,
      });
    }
    const program = definePlatform();
    const results = chosen.map((emitter) => emitter(program));
    const diagnostics = results.flatMap((result) => result.diagnostics);
    if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics);
    const files = new Map(results.flatMap((result) => [...result.files]));
    const folder = resolve(bench.cwd, flags.out);
    const stale: string[] = [];
    for (const [path, content] of files) {
      const file = join(folder, path);
      if (flags.check) {
        const present = await readFile(file, "utf8").catch(() => undefined);
        if (present !== content || !(await hasRightMode(file, content))) stale.push(path);
        continue;
      }
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
      if (isProgram(content)) await chmod(file, 0o755);
    }
    if (stale.length > 0) {
      bench.renderer.failure({
        code: "emit.stale",
        message: `${stale.length} of ${files.size} files are not fresh`,
        findings: stale,
        hint: `write them again: quayside emit ${target}`,
      });
      return EXIT.verification;
    }
    const paths = [...files.keys()];
    bench.renderer.result(flags.check ? `${paths.length} files are fresh` : paths.join("\n"), {
      target,
      files: paths,
      checked: flags.check,
    });
    return EXIT.done;
  },
});

/** A file that names its interpreter is one to start. */
function isProgram(content: string): boolean {
  return content.startsWith("#!");
}

/** Windows has no such mode. */
async function hasRightMode(file: string, content: string): Promise<boolean> {
  return !isProgram(content) || process.platform === "win32" || ((await stat(file)).mode & 0o100) !== 0;
}
