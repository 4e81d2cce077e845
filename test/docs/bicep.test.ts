import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { constantValue, deployedParameters, type Parameter } from "../../src/ir/index.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { repository } from "../support/quayside.ts";

test("the parameters in docs/bicep.md are the definition's; RECORD=1 rewrites them", () => {
  const file = join(repository, "docs/bicep.md");
  const written = readFileSync(file, "utf8");
  const table = [
    "| parameter | type | default | what it is |",
    "| --- | --- | --- | --- |",
    ...deployedParameters(definePlatform()).map(row),
  ];

  const fresh = written.replace(
    /(<!-- parameters: generated -->\n)[^]*?(<!-- end -->)/,
    (_, before: string, after: string) => `${before}${table.join("\n")}\n${after}`,
  );
  if (process.env.RECORD === "1") writeFileSync(file, fresh);

  expect(written).toContain("| `aksNodeCount` | int, 1 to 100 |");
  expect(readFileSync(file, "utf8")).toBe(fresh);
});

function row({ name, type, allowed, minValue, maxValue, default: initial, description }: Parameter): string {
  const range = minValue === undefined || maxValue === undefined ? "" : `, ${minValue} to ${maxValue}`;
  const kind = allowed === undefined ? `${type}${range}` : allowed.map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  const constant = constantValue(initial);
  const usual = constant !== undefined ? `\`${JSON.stringify(constant)}\`` : initial === undefined ? "" : "computed";
  return `| \`${name}\` | ${kind} | ${usual} | ${description.replaceAll("|", "\\|")} |`;
}
