import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/quayside.ts";
import { rehearse, type Suite, succeeded } from "./suite.ts";

interface Row {
  readonly command: string;
  /** `az`, `kubectl`, `azure-ai-ml OPERATION`, the name of another suite, or `no: why`. */
  readonly by: string;
}

/** Suites and tests that run what the page leaves to them. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  scripts: "suite scripts",
  terraform: "npm run conformance:terraform",
  endpoints: "test/conformance/azure_ml_endpoints.py",
};

/** The commands of `docs/recipe.md`, in its order, as they stand there. */
export const recipeSuite: Suite = {
  name: "recipe",
  needs: ["az", "bash"],
  wants: ["kubectl", "kubelogin", "azure-ai-ml"],
  async run(stage) {
    const rows = commands(readFileSync(join(repository, "docs/recipe.md"), "utf8"));
    assert.ok(rows.length >= 25, `docs/recipe.md has only ${rows.length} commands`);
    await using cloud = await rehearse(stage);
    const shell = (command: string, ...more: string[]) => {
      const script = `cd "$1"; shift; export REGISTRY=$(az acr list --query '[0].name' --output tsv); ${command}`;
      return cloud.exec("bash", ["-euc", script, "bash", cloud.printed, ...more]);
    };
    const { kubectl, kubelogin, "azure-ai-ml": library } = stage.tools;
    for (const { command, by } of rows) {
      if (by === "az" || (by === "kubectl" && kubectl !== undefined && kubelogin !== undefined))
        await stage.check(command, async () => void succeeded(await shell(command)));
      else if (by === "kubectl") stage.skip(command, "kubectl or kubelogin cannot be had");
      else if (by.startsWith("azure-ai-ml ")) {
        if (library === undefined) stage.skip(command, "azure-ai-ml cannot be had");
        else
          await stage.check(`${command} (${by})`, async () => {
            const program = join(repository, "test/conformance/recipe_ml.py");
            const env = { AZUREML_CURRENT_CLOUD: "QuaysideRehearsal" };
            succeeded(await cloud.exec(library.program, [program, by.slice("azure-ai-ml ".length)], env));
          });
      } else if (by.startsWith("no: ")) stage.skip(command, by.slice("no: ".length));
      else if (ELSEWHERE[by] !== undefined) stage.skip(command, `run by ${ELSEWHERE[by]}`);
      else await stage.check(command, () => Promise.reject(new Error(`docs/recipe.md says that it is run by ${by}`)));
    }
  },
};

/** Rows of the page's tables: the first code of the second column, and the third column. */
function commands(page: string): Row[] {
  return page.split("\n").flatMap((line) => {
    const [, , today = "", by = ""] = line.split(" | ").length === 3 ? ["", ...line.split(" | ")] : [];
    const command = /`([^`]+)`/.exec(today)?.[1] ?? today.trim();
    const who = by.replace(/\s*\|\s*$/, "").trim();
    return who === "" || who === "run by" || who.startsWith("---") ? [] : [{ command, by: who }];
  });
}
