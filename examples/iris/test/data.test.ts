import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseDataset, splitHoldout } from "../src/data.ts";

const content = readFileSync(new URL("../data/iris.csv", import.meta.url));

test("the data are Fisher's: 150 flowers, 50 of each species, with the two rows that UCI's file has wrong", () => {
  const { columns, classes, rows } = parseDataset(content);

  expect(columns).toEqual(["sepal_length", "sepal_width", "petal_length", "petal_width"]);
  expect(classes.map((label) => rows.filter((row) => row.label === label).length)).toEqual([50, 50, 50]);
  expect(rows[34]).toEqual({ id: 35, features: [4.9, 3.1, 1.5, 0.2].map(Math.fround), label: "setosa" });
  expect(rows[37]).toEqual({ id: 38, features: [4.9, 3.6, 1.4, 0.1].map(Math.fround), label: "setosa" });
});

test("the licence names the very file that lies beside it", () => {
  const licence = readFileSync(new URL("../data/LICENSE.md", import.meta.url), "utf8");

  expect(licence).toContain(parseDataset(content).sha256);
  expect(licence).toContain("CC BY 4.0");
});

test("the held-out rows are a share of each class, and equal rows are on one side", () => {
  const dataset = parseDataset(content);

  const { training, holdout } = splitHoldout(dataset, 0.3);

  expect(training.length + holdout.length).toBe(150);
  for (const label of dataset.classes) expect(holdout.filter((row) => row.label === label)).toHaveLength(15);
  const key = ({ features, label }: { features: readonly number[]; label: string }) => [...features, label].join();
  const trained = new Set(training.map(key));
  expect(holdout.filter((row) => trained.has(key(row)))).toEqual([]);
});

test("the held-out flowers are the same ones when the rows come in another order", () => {
  const [header = "", ...lines] = content.toString("utf8").trim().split("\n");
  const shuffled = parseDataset(Buffer.from([header, ...lines.toReversed()].join("\n")));
  const flowers = (dataset: typeof shuffled) =>
    splitHoldout(dataset, 0.3)
      .holdout.map(({ features, label }) => [...features, label].join())
      .sort();

  expect(flowers(shuffled)).toEqual(flowers(parseDataset(content)));
});

test.each([
  ["a,b,y\n1,2,x\n1,z,y", 'data: row 2, b is "z"; a number is needed'],
  ["a,b,y\n1,,x", 'data: row 1, b is ""; a number is needed'],
  ["a,b,y\n1,x", "data: row 1 has 2 cells; 3 are needed"],
  ["a,b,y\n1,2,x\n3,4,x", "data: 1 classes found; at least 2 are needed"],
  ["", "data: the first line must name at least one feature and the label"],
])("%j is refused in one line", (text, message) => {
  expect(() => parseDataset(Buffer.from(text))).toThrow(message);
});
