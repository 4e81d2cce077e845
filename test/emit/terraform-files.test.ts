import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { emitTerraform, terraformVariables } from "../../src/emit/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { recorded } from "./golden.ts";
import { sampleProgram } from "./sample.ts";
import { findTerraform } from "./terraform-tool.ts";

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const printed = (program: ReturnType<typeof definePlatform>) =>
  Object.fromEntries([...emitTerraform(program).files].map(([name, text]) => [name.replace(/^terraform\//, ""), text]));

test("Terraform can say all of the platform; it asks for the name that it cannot compute", () => {
  expect(emitTerraform(definePlatform()).diagnostics.map(({ severity, code, at }) => `${severity} ${code} at ${at}`)).toEqual([
    "warning emit.terraform.unique-string at parameters.nameSuffix",
  ]);
});

test("the committed terraform folder is what the definition prints; RECORD=1 rewrites it", () => {
  const made = printed(definePlatform());

  expect(made).toEqual(recorded(path("../../terraform"), made));
});

test("the sample prints as recorded; RECORD=1 rewrites it", () => {
  const made = printed(sampleProgram());

  expect(made).toEqual(recorded(path("golden/terraform"), made));
});

const terraform = findTerraform();

test.skipIf(terraform === undefined)(
  "terraform fmt finds nothing to change (skipped where there is no terraform or tofu)",
  () => {
    const { status, stdout } = spawnSync(terraform ?? "", ["fmt", "-check", "-diff", "-recursive", path("../../terraform")], {
      encoding: "utf8",
    });

    expect(stdout).toBe("");
    expect(status).toBe(0);
  },
);

test("two emissions are the same to the byte", () => {
  expect(printed(definePlatform())).toEqual(printed(definePlatform()));
});

test("the table of variables in the documentation is fresh; RECORD=1 rewrites it", () => {
  const page = path("../../docs/terraform.md");
  const [START, END] = ["<!-- variables -->\n", "<!-- end of variables -->"];
  const cell = (text: string) => text.replaceAll("|", "\\|");
  const rows = terraformVariables(definePlatform()).map(
    ({ name, type, default: initial, description }) =>
      `| \`${name}\` | ${cell(type)} | ${initial === undefined ? "" : `\`${cell(initial)}\``} | ${cell(description)} |`,
  );
  const table = `${["| variable | type | default | what it is |", "| --- | --- | --- | --- |", ...rows].join("\n")}\n`;

  const text = readFileSync(page, "utf8");
  const before = text.slice(0, text.indexOf(START) + START.length);
  const after = text.slice(text.indexOf(END));
  if (process.env.RECORD === "1") writeFileSync(page, `${before}${table}${after}`);

  expect(readFileSync(page, "utf8")).toBe(`${before}${table}${after}`);
});
