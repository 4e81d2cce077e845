import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { repository, startQuayside, temporaryFolder } from "../support/quayside.ts";

const folder = temporaryFolder();
afterAll(() => folder[Symbol.dispose]());

/** A command in a folder with this configuration. */
async function run(config: string, inputs: readonly string[], env: Record<string, string> = {}) {
  const cwd = join(folder.path, String(Math.random()).slice(2));
  const file = join(cwd, "quayside.config.ts");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, config);
  return { cwd, ...(await startQuayside(inputs, { cwd, env }).finished) };
}

const FEATURES = readFileSync(join(repository, "test/config/feature-store/quayside.config.ts"), "utf8");

test("plan shows what the configuration makes; the environment and flags still win over its values", async () => {
  const { out, code } = await run(FEATURES, ["plan", "--json", "-P", "aksNodeMaxCount=6"], { AKS_NODE_COUNT: "4" });
  const plan = JSON.parse(out.trim().split("\n").at(-1) ?? "") as {
    result: { resourceGroup: string; resources: { symbol: string }[]; parameters: { name: string; value: unknown }[] };
  };
  const value = (name: string) => plan.result.parameters.find((parameter) => parameter.name === name)?.value;

  expect(code).toBe(0);
  expect(plan.result.resourceGroup).toBe("rg-features");
  expect(plan.result.resources.map(({ symbol }) => symbol)).toContain("featureStoreIdentity");
  expect([value("aksNodeCount"), value("aksNodeMaxCount"), value("tags")]).toEqual([4, 6, { team: "features" }]);
});

test("emit prints it, and emit --check knows when it changed", async () => {
  const { cwd, code } = await run(FEATURES, ["emit", "all"]);
  const printed = (path: string) => readFileSync(join(cwd, path), "utf8");

  expect(code).toBe(0);
  expect(printed("bicep/main.json")).toContain('"featureStoreIdentity"');
  expect(printed("terraform/features.tf")).toContain("feature_store_identity");
  writeFileSync(join(cwd, "quayside.config.ts"), FEATURES.replace("aksNodeCount: 2", "aksNodeCount: 3"));
  const checked = await startQuayside(["emit", "all", "--check"], { cwd }).finished;
  expect(checked.code).toBe(4);
  expect(checked.err).toContain("bicep/main.bicep");
});

test("what a change of a body excludes is told before anything is printed", async () => {
  const change = 'platform.override("aksCluster", { sku: { name: "Automatic" } });';
  const { cwd, code, err } = await run(`${START}export default defineConfig({ extend(platform) { ${change} } });`, [
    "emit",
    "all",
  ]);

  expect(err).toContain(
    "error platform.automatic-cluster: resources.aksCluster.sku.name: AKS Automatic excludes the Azure ML extension because",
  );
  expect(code).toBe(3);
  expect(readdirSync(cwd)).toEqual(["quayside.config.ts"]);
});

const START = 'import { call, defineConfig } from "quayside";\n';

test.each([
  [
    "nothing by default",
    `${START}export const config = defineConfig({});`,
    "config.no-default quayside.config.ts: it exports nothing by default",
  ],
  [
    "text",
    `export default "prod";`,
    "config.invalid quayside.config.ts: the default export: invalid input: expected object, received string",
  ],
  [
    "an unknown setting",
    `${START}export default defineConfig({\n  parameter: {},\n} as object);`,
    "config.invalid quayside.config.ts:3: there is no setting parameter",
  ],
  [
    "an unknown parameter",
    `${START}export default defineConfig({\n  parameters: {\n    aksNodes: 3,\n  } as object,\n});`,
    "parameter.unknown quayside.config.ts:4: there is no parameter aksNodes",
  ],
  [
    "a value out of range",
    `${START}export default defineConfig({\n  parameters: { aksNodeCount: 0 },\n});`,
    "parameter.out-of-range quayside.config.ts:3: aksNodeCount is 0",
  ],
  [
    "a syntax error",
    `${START}export default defineConfig({\n  parameters: { : },\n});`,
    "config.unreadable quayside.config.ts:3",
  ],
  [
    "a missing module",
    `${START}import "./nothing.ts";\nexport default defineConfig({});`,
    "config.unreadable quayside.config.ts",
  ],
  [
    "a file that throws",
    `${START}throw new Error("no vault");\nexport default defineConfig({});`,
    "config.unreadable quayside.config.ts:2:7: no vault",
  ],
  [
    "an unknown symbol",
    `${START}export default defineConfig({\n  extend: (platform) => platform.override("storageAcount", {}),\n});`,
    "config.unknown-resource quayside.config.ts:3:34: there is no resource storageAcount",
  ],
  [
    "a name twice",
    `${START}export default defineConfig({\n  extend(platform) {\n    platform.bool("aksNodeCount", { description: "Again." });\n  },\n});`,
    "config.extend-failed quayside.config.ts:4:14: aksNodeCount is declared twice",
  ],
  [
    "a child without its parent",
    `${START}export default defineConfig({\n  extend(platform) {\n    platform.resource("x", { type: "A.B/c/d@2025-01-01", concern: "x", name: "x", body: {} });\n  },\n});`,
    "program.parent-type quayside.config.ts: resources.x: A.B/c/d is a child type without a parent",
  ],
  [
    "an expression used as text",
    `${START}export default defineConfig({\n  extend(platform) {\n    platform.variable("x", \`a-\${platform.parameters.location}\`);\n  },\n});`,
    "config.extend-failed quayside.config.ts:4:",
  ],
])("%s is one clear line with its place", async (_, config, line) => {
  const { code, err } = await run(config, ["plan"]);
  expect(err).toContain(`error ${line.replace(" ", ": ")}`);
  expect(err).not.toContain("internal error");
  expect(
    err
      .trim()
      .split("\n")
      .filter((text) => !text.startsWith(" ")),
  ).toHaveLength(1);
  expect(code).toBe(3);
});
