import type { ChildProcess } from "node:child_process";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSummary } from "../../src/cli/summary.ts";
import { npmStart, processesOf, repository, saw, startQuayside, temporaryFolder } from "../support/quayside.ts";

const LIMIT_MS = 120_000;

interface Line {
  readonly event: string;
  readonly [member: string]: unknown;
}

describe("the main job", () => {
  test(
    "npm start deploys, trains, gates, releases under load without losing a request, and leaves nothing behind",
    async () => {
      using folder = temporaryFolder();

      const { code, out, err } = await npmStart(["--state", folder.path, "--json"]).finished;

      const lines = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      expect(lines.filter(({ event }) => event === "error")).toEqual([]);
      expect(err).toBe("");
      expect(code).toBe(0);
      const summary = JSON.parse(readFileSync(join(folder.path, "last-run.json"), "utf8")) as RunSummary;
      expect(lines.at(-1)).toEqual({ event: "result", result: summary });
      expect(summary.resources.total).toBeGreaterThanOrEqual(25);
      expect(summary.resources.succeeded).toBe(summary.resources.total);
      const applied = lines.filter(({ event }) => event === "object.applied");
      expect(applied.length).toBeGreaterThanOrEqual(20);
      expect(summary.objects?.total).toBe(applied.length);
      expect(summary.objects?.unchanged).toBe(0);
      // Objects stand before anything runs under them.
      expect(lines.findLastIndex(({ event }) => event === "object.applied")).toBeLessThan(
        lines.findIndex(({ event }) => event === "job.status"),
      );
      expect(summary.models.map(({ version }) => version)).toEqual(["1", "2"]);
      expect(summary.model.metrics.accuracy).toBeGreaterThanOrEqual(0.9);
      expect(summary.traffic.green).toBe(100);
      expect(summary.requests.sent).toBeGreaterThan(300);
      expect(summary.requests.failed).toBe(0);
      expect(summary.cost.monthlyUsd).toBeGreaterThan(100);
      expect(traffic(lines)).toEqual([{ blue: 100 }, { blue: 90, green: 10 }, { blue: 50, green: 50 }, { green: 100 }]);
      expect(await processesOf(folder.path)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "a candidate that the gate refuses ends with code 4 and leaves the endpoint as it was",
    async () => {
      using folder = temporaryFolder();
      const model = join(folder.path, "model");
      cpSync(join(repository, "examples/iris"), model, { recursive: true });
      const release = readFileSync(join(model, "release.yml"), "utf8");
      // A forest of one stump: it cannot tell three species apart.
      writeFileSync(
        join(model, "release.yml"),
        release.replace("trees: 128", "trees: 1\n      max_depth: 1").replace("holdSeconds: 3", "holdSeconds: 0.5"),
      );
      const job = readFileSync(join(model, "job.yml"), "utf8");
      writeFileSync(
        join(model, "job.yml"),
        job
          .replace("  trees: 64", "  trees: 64\n  max_depth: 10")
          .replace("--trees ${{inputs.trees}}", "--trees ${{inputs.trees}} --max-depth ${{inputs.max_depth}}"),
      );

      const { code, out } = await startQuayside(["up", "--model", model, "--state", folder.path, "--json"]).finished;

      const lines = out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      expect(lines.at(-1)).toMatchObject({ event: "error", error: { code: "mlops.candidate-refused" } });
      expect(JSON.stringify(lines.at(-1))).toContain("accuracy");
      expect(code).toBe(4);
      expect(traffic(lines)).toEqual([{ blue: 100 }]);
      expect(await processesOf(folder.path)).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    "a job whose command fails is one line that quotes its last words",
    async () => {
      using folder = temporaryFolder();
      const model = join(folder.path, "model");
      cpSync(join(repository, "examples/iris"), model, { recursive: true });
      writeFileSync(join(model, "src", "train.ts"), 'console.error("no such luck");\nprocess.exit(3);\n');

      const { code, out } = await startQuayside(["up", "--model", model, "--state", folder.path, "--json"]).finished;

      const last = JSON.parse(out.trim().split("\n").at(-1) ?? "") as Line;
      expect(last).toMatchObject({ event: "error", error: { code: "mlops.job-failed" } });
      expect(JSON.stringify(last)).toContain("no such luck");
      expect(code).toBe(1);
    },
    LIMIT_MS,
  );

  test.each(["deploy", "train", "release"])(
    "Ctrl-C during %s leaves no process, and running it again just works up to there",
    async (during) => {
      using folder = temporaryFolder();
      const first = startQuayside(["up", "--state", folder.path, "--json"]);

      await sawStep(first.child, during);
      first.child.kill("SIGINT");
      const { code, out } = await first.finished;

      expect(JSON.parse(out.trim().split("\n").at(-1) ?? "")).toMatchObject({
        event: "error",
        error: { code: "cli.interrupted" },
      });
      expect(code).toBe(130);
      expect(await processesOf(folder.path)).toEqual([]);

      const second = startQuayside(["up", "--state", folder.path, "--json"]);
      await sawStep(second.child, during);
      second.child.kill("SIGINT");
      await second.finished;
      expect(existsSync(join(folder.path, "run.lock"))).toBe(false);
    },
    LIMIT_MS,
  );

  test(
    "a second run on the same folder is told who is at work, and the first one goes on",
    async () => {
      using folder = temporaryFolder();
      const first = startQuayside(["up", "--state", folder.path, "--json"]);
      await sawStep(first.child, "deploy");

      const second = await startQuayside(["up", "--state", folder.path]).finished;

      expect(second.err).toContain("error cli.state-in-use");
      expect(second.err).toContain(String(first.child.pid));
      expect(second.code).toBe(1);
      first.child.kill("SIGINT");
      expect((await first.finished).code).toBe(130);
    },
    LIMIT_MS,
  );
});

function traffic(lines: readonly Line[]): unknown[] {
  return lines.filter(({ event }) => event === "endpoint.traffic").map((line) => line.traffic);
}

function sawStep(child: ChildProcess, step: string): Promise<string> {
  return saw(child, `"event":"step.started","step":"${step}"`);
}
