import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repository, temporaryFolder } from "../support/quayside.ts";
import type { Tool } from "./install.ts";
import { type Suite, start } from "./suite.ts";

interface Report {
  readonly testResults: readonly {
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: "passed" | "failed" | "pending" | "skipped" | "todo";
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** A file of tests that skips itself where its tool is missing, with the tool put where it looks. */
export function vitestSuite(name: string, needs: readonly Tool[], file: string): Suite {
  return {
    name,
    needs,
    run: async ({ check, skip, tools }) => {
      using folder = temporaryFolder();
      const output = join(folder.path, "report.json");
      const programs = Object.values(tools).map(({ program }) => dirname(program));
      const vitest = join(repository, "node_modules", "vitest", "vitest.mjs");
      const ended = await start(process.execPath, [vitest, "run", file, "--reporter=json", `--outputFile=${output}`], {
        PATH: [...programs, process.env.PATH].join(":"),
        ...(tools.kubectl === undefined ? {} : { QUAYSIDE_KUBECTL: tools.kubectl.program }),
      });
      const { testResults } = JSON.parse(readFileSync(output, "utf8")) as Report;
      const results = testResults.flatMap(({ assertionResults }) => assertionResults);
      if (results.length === 0) throw new Error(testResults.map(({ message }) => message).join("\n") || ended.err);
      for (const { fullName, status, failureMessages } of results) {
        if (status === "passed" || status === "failed")
          await check(fullName, async () => {
            if (status === "failed") throw new Error(failureMessages.join("\n").slice(0, 2000));
          });
        else skip(fullName, ended.err.split("\n").find((line) => line.includes("SKIPPED")) ?? status);
      }
    },
  };
}
