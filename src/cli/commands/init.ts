import { existsSync, globSync } from "node:fs";
import { cp } from "node:fs/promises";
import { basename, join, resolve, sep } from "node:path";
import { definePlatform } from "../../platform/index.ts";
import { EXIT, QuaysideError } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";
import { loadPlatform } from "../config.ts";
import { packageRoot } from "../package.ts";
import { type Printed, print, writeFiles } from "../printed-files.ts";
import { MODEL_FOLDER, scaffold } from "../scaffold.ts";

const EXAMPLE = join(packageRoot, "examples", "iris");

export const init = command<Readonly<Record<string, unknown>>, [folder: string | undefined]>({
  brief: BRIEFS.init,
  fullDescription:
    "Writes a new repository into a folder (this one unless told). Nothing is overwritten: when one of the files exists, nothing is written at all. `quayside up` in the folder rehearses it as it is.",
  positional: {
    kind: "tuple",
    parameters: [{ brief: "Folder to write to", parse: String, placeholder: "folder", optional: true }],
  },
  async run(_, bench, chosen) {
    const folder = resolve(bench.cwd, chosen ?? ".");
    const own = scaffold(basename(folder));
    const model = globSync("**/*", { cwd: EXAMPLE, withFileTypes: true, exclude: (entry) => entry.name === "test" })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(EXAMPLE.length + 1)
          .split(sep)
          .join("/"),
      );
    const paths = [...own.keys(), ...pathsOf(print(definePlatform())), ...model.map((path) => `${MODEL_FOLDER}/${path}`)].sort();
    refuseExisting(folder, paths);
    await writeFiles(folder, own);
    const printed = print((await loadPlatform(folder)).program);
    await writeFiles(folder, new Map([...printed.files, ...printed.own]));
    for (const path of model) await cp(join(EXAMPLE, path), join(folder, MODEL_FOLDER, path));
    const shown = chosen === undefined ? "" : `cd ${chosen} && `;
    bench.renderer.result(
      `${paths.length} files in ${folder}\nNext       ${shown}quayside up rehearses it; README.md says what is where`,
      { folder, files: paths },
    );
    return EXIT.done;
  },
});

function pathsOf({ files, own }: Printed): string[] {
  return [...files.keys(), ...own.keys()];
}

const SHOWN = 3;

function refuseExisting(folder: string, paths: readonly string[]): void {
  const present = paths.filter((path) => existsSync(join(folder, path)));
  if (present.length === 0) return;
  const more = present.length > SHOWN ? ` and ${present.length - SHOWN} more` : "";
  throw new QuaysideError(`${folder} has ${present.slice(0, SHOWN).join(", ")}${more} already; nothing was written`, {
    code: "cli.init-exists",
    fault: "user",
    hint: "name a folder without them: quayside init <folder>",
  });
}
