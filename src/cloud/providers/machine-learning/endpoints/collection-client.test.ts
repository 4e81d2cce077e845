import { execFile } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { BlobAccess } from "../../../planes/blob/index.ts";
import { createCollectionAgent } from "./collection-agent.ts";

/** A Python with the packages `azureml-ai-monitoring` and `pandas`; without one this test is skipped and says so in its name. */
const PYTHON = process.env.QUAYSIDE_AZURE_MONITORING_PYTHON ?? "";

/** As a scoring script does. */
const SCRIPT = `
import pandas, sys
from azureml.ai.monitoring import Collector
from azureml.ai.monitoring.init import teardown
collector = Collector(name="model_inputs", on_error=lambda problem: sys.exit(str(problem)))
collector.collect(pandas.DataFrame({"a": [1, 2], "b": ["x", "y"]}))
teardown(wait_for_flush=True)
`;

test.skipIf(!existsSync(PYTHON))(
  "the agent understands Azure ML's own client of it (needs QUAYSIDE_AZURE_MONITORING_PYTHON)",
  { timeout: 60_000 },
  async () => {
    const appended: string[] = [];
    const access = { append: async (_: unknown, text: string) => void appended.push(text) } as unknown as BlobAccess;
    const location = { account: "st", container: "c", path: "kept" };
    const agent = createCollectionAgent(
      access,
      { source: "/blue", rollingRate: "Hour", captureHeaders: [], collections: { model_inputs: { percent: 100, location } } },
      mkdtempSync(join(tmpdir(), "agent-")),
      () => {},
    );

    await promisify(execFile)(PYTHON, ["-c", SCRIPT], { env: { ...process.env, ...(await agent.environment()) } });
    await agent.close();

    expect(appended.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        source: "/blue",
        type: "azureml.inference.model_inputs",
        datacontenttype: "application/json",
        correlationid: expect.stringMatching(/^[\da-f-]{36}$/),
        agent: expect.stringMatching(/^azureml-ai-monitoring\//),
        data: [
          { a: 1, b: "x" },
          { a: 2, b: "y" },
        ],
      }),
    ]);
  },
);
