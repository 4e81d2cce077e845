/**
 * Real tools against the embedded Azure: npm run conformance [-- suite ...]. What is missing is installed below `.tools/`;
 * what cannot be had is told, and its suite is skipped. Ends with 1 when a check failed. QUAYSIDE_CONFORMANCE_MINUTES is a limit after
 * which no further suite begins.
 */

import { acrSuite } from "./acr.ts";
import { azSuite } from "./az.ts";
import { convergenceSuite } from "./convergence.ts";
import { type Installed, install, type Tool } from "./install.ts";
import { kubeloginSuite } from "./kubelogin.ts";
import { recipeSuite } from "./recipe.ts";
import { scriptsSuite } from "./scripts.ts";
import { scriptsClusterSuite } from "./scripts-cluster.ts";
import { kserveSuite, mlflowScoringSuite, tritonSuite } from "./serve.ts";
import type { Stage, Suite } from "./suite.ts";
import { vitestSuite } from "./vitest.ts";

const SUITES: readonly Suite[] = [
  azSuite,
  scriptsSuite,
  scriptsClusterSuite,
  kubeloginSuite,
  recipeSuite,
  vitestSuite("terraform", ["terraform"], "test/emit/terraform-conformance.test.ts"),
  vitestSuite("kubectl", ["kubectl"], "test/conformance/kubectl.test.ts"),
  vitestSuite("registry", ["crane"], "test/conformance/registry.test.ts"),
  acrSuite,
  convergenceSuite,
  tritonSuite,
  mlflowScoringSuite,
  kserveSuite,
];

const say = (line: string) => process.stdout.write(`${line}\n`);
const counts = { passed: 0, failed: 0, skipped: 0 };

function skip(title: string, why: string): void {
  counts.skipped += 1;
  say(`  SKIPPED ${title}: ${why}`);
}

async function check(title: string, body: () => Promise<void>): Promise<void> {
  const began = performance.now();
  try {
    await body();
    counts.passed += 1;
    say(`  ok      ${title} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    counts.failed += 1;
    say(`  FAILED  ${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const limitMinutes = Number(process.env.QUAYSIDE_CONFORMANCE_MINUTES ?? Infinity);

async function installed(tool: Tool): Promise<Installed | string> {
  try {
    return await install(tool);
  } catch (error) {
    return error instanceof Error ? error.message.trim() : String(error);
  }
}

async function runSuite(suite: Suite): Promise<void> {
  say(suite.name);
  if (performance.now() > limitMinutes * 60_000)
    return skip(`everything of ${suite.name}`, `the ${limitMinutes} minutes are over`);
  const tools: Partial<Record<Tool, Installed>> = {};
  for (const tool of suite.needs) {
    const found = await installed(tool);
    if (typeof found === "string") return skip(`everything of ${suite.name}`, found);
    tools[tool] = found;
  }
  for (const tool of suite.wants ?? []) {
    const found = await installed(tool);
    if (typeof found === "string") skip(`what wants ${tool}`, found);
    else tools[tool] = found;
  }
  const stage: Stage = { tools, check, skip };
  // A suite that falls over outside its checks is a failure of its own.
  await suite.run(stage).catch((error: unknown) => check(`${suite.name} as a whole`, () => Promise.reject(error)));
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !SUITES.some((suite) => suite.name === name));
if (unknown.length > 0) {
  say(`there is no suite ${unknown.join(", ")}; suites are ${SUITES.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
for (const suite of SUITES) if (chosen.length === 0 || chosen.includes(suite.name)) await runSuite(suite);
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed === 0 ? 0 : 1;
