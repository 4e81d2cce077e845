import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/quayside.ts";
import { errorCodes } from "./error-codes.ts";
import { areaOf, isKnownArea, REFERENCE_PAGES } from "./reference-pages.ts";

const between = (word: string) => new RegExp(`(<!-- ${word}: generated -->\n)[^]*?(<!-- end -->)`);

test.each(Object.entries(REFERENCE_PAGES))("%s says what the sources say; RECORD=1 rewrites it", (page, parts) => {
  const file = join(repository, page);
  const written = readFileSync(file, "utf8");

  const fresh = Object.entries(parts()).reduce((text, [word, part]) => {
    expect(text).toMatch(between(word));
    return text.replace(between(word), (_, before: string, after: string) => `${before}\n${part}\n\n${after}`);
  }, written);
  if (process.env.RECORD === "1") writeFileSync(file, fresh);

  expect(readFileSync(file, "utf8")).toBe(fresh);
});

test("every code is of an area that the page of errors has, and says something unless the system does", () => {
  const codes = errorCodes();

  expect(codes.length).toBeGreaterThan(120);
  expect(codes.filter(({ code }) => !isKnownArea(areaOf(code)))).toEqual([]);
  expect(codes.filter(({ code, says }) => says === "" && areaOf(code) !== "system")).toEqual([]);
});
