import { expect, test } from "vitest";
import { BRIEFS } from "../../src/cli/briefs.ts";
import { quayside, startQuayside } from "../support/quayside.ts";

/** Modules of Node that a run loads; whatever talks to Azure loads https. */
async function loadedBy(...words: readonly string[]): Promise<{ readonly said: string; readonly modules: readonly string[] }> {
  const tell = "process.once('exit',()=>console.log('loaded:'+process.moduleLoadList.join()))";
  const { out } = await startQuayside(words, { env: { NODE_OPTIONS: `--import=data:text/javascript,${tell}` } }).finished;
  const [said = "", list = ""] = out.split("loaded:");
  return { said, modules: list.split(",").map((one) => one.replace("NativeModule ", "")) };
}

test.each([[["--help"]], [["version"]], [["completions", "bash"]]])("%j loads no command that it does not run", async (words) => {
  expect((await loadedBy(...words)).modules).not.toContain("https");
  expect((await loadedBy("status", "--help")).modules).toContain("https");
});

test("the help names every command with what it is for", async () => {
  const { said } = await loadedBy("--help");

  for (const [name, brief] of Object.entries(BRIEFS)) {
    expect(said).toMatch(new RegExp(`^\\s+${name}\\s`, "m"));
    expect(said.replaceAll(/\s+/g, " ")).toContain(brief);
  }
});

test.each(Object.keys(BRIEFS))("%s --help is the command's own", async (name) => {
  const { code, out } = await quayside([name, "--help"]);

  expect(code).toBe(0);
  expect(out).toContain(`USAGE\n  quayside ${name}`);
  expect(out).toMatch(/--json|COMMANDS/);
});
