import { isObject, type JsonObject } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import { kindOf } from "./json-body.ts";
import type { Model } from "./model.ts";
import { ELEMENTS, store, type Tensor, type TensorSpec, type Tensors } from "./tensor.ts";

/** How rows of a table fill a model's inputs. */
export interface RowLayout {
  /** One for each value of a row, in the model's order; `undefined` where the model does not name its columns. */
  readonly columns: readonly string[] | undefined;
  readonly width: number;
  /** How many rows a request must have; `null` where the model takes any number. */
  readonly rows: number | null;
  fill(rows: readonly (readonly unknown[])[], order: readonly number[] | undefined): Tensors;
}

/**
 * A model takes rows when it has one input of shape [n, width], or when every input is one column of shape [n] or [n, 1].
 * Others are reached by name through the Open Inference Protocol.
 */
export function rowLayout({ evaluator: { inputs }, columns }: Model): RowLayout | undefined {
  const [only] = inputs;
  if (inputs.length === 1 && only !== undefined && only.shape.length === 2) {
    const width = only.shape[1] ?? columns?.length;
    if (width === undefined) return undefined;
    return {
      columns,
      width,
      rows: only.shape[0] ?? null,
      fill: (rows, order) => ({ [only.name]: matrix(only, rows, width, order, columns) }),
    };
  }
  if (inputs.length > 0 && inputs.every(isColumn)) {
    const names = inputs.map(({ name }) => name);
    return {
      columns: names,
      width: inputs.length,
      rows: inputs.find(({ shape }) => shape[0] !== null)?.shape[0] ?? null,
      fill: (rows, order) =>
        Object.fromEntries(inputs.map((spec, at) => [spec.name, column(spec, rows, order?.[at] ?? at, inputs.length)])),
    };
  }
  return undefined;
}

function isColumn({ shape }: TensorSpec): boolean {
  return shape.length === 1 || (shape.length === 2 && shape[1] === 1);
}

/** The three spellings of a table that Azure ML's clients send, and the name under which each has its rows. */
const TABLES = ["data", "input_data", "inputs"] as const;

/** Throws a 400 that names the place (`data[3][1]`) and the value seen. */
export function readTable(body: JsonObject, layout: RowLayout, maxRows: number): Tensors {
  const given = TABLES.filter((name) => body[name] !== undefined);
  const unknown = Object.keys(body).find((key) => !(TABLES as readonly string[]).includes(key));
  const [name] = given;
  if (unknown !== undefined) {
    throw new RequestFault(
      400,
      "serve.unknown-input",
      `unknown input "${unknown.slice(0, 60)}"; send {"data": [[...]]} or {"input_data": {"columns", "index", "data"}}`,
    );
  }
  if (name === undefined || given.length > 1) {
    throw new RequestFault(400, "serve.no-input", `the body has ${given.length} of ${TABLES.join(", ")}; send exactly one`);
  }
  const table = body[name];
  if (name === "input_data" && isObject(table)) return readFrame(table, name, layout, maxRows);
  return layout.fill(readRows(table, name, layout, maxRows), undefined);
}

/** pandas' `split` orientation: columns are matched by name, so their order does not matter; the index is the caller's own. */
export function readFrame(frame: JsonObject, place: string, layout: RowLayout, maxRows: number): Tensors {
  const unknown = Object.keys(frame).find((key) => key !== "columns" && key !== "index" && key !== "data");
  if (unknown !== undefined)
    throw new RequestFault(
      400,
      "serve.unknown-input",
      `unknown key ${place}.${unknown.slice(0, 60)}; known are columns, index, data`,
    );
  const { columns, index } = frame;
  if (columns !== undefined && !Array.isArray(columns))
    throw new RequestFault(400, "serve.columns", `${place}.columns is ${kindOf(columns)}; send an array of names`);
  const rows = readRows(frame.data, `${place}.data`, layout, maxRows);
  if (index !== undefined && (!Array.isArray(index) || index.length !== rows.length)) {
    throw new RequestFault(
      400,
      "serve.index",
      `${place}.index has ${Array.isArray(index) ? index.length : kindOf(index)} entries; ${place}.data has ${rows.length} rows`,
    );
  }
  return layout.fill(rows, columns === undefined ? undefined : columnOrder(columns, place, layout));
}

/** For each value the model wants, where it stands in the caller's rows. */
export function columnOrder(columns: readonly unknown[], place: string, layout: RowLayout): readonly number[] | undefined {
  if (columns.length !== layout.width)
    throw new RequestFault(400, "serve.columns", `${place}.columns has ${columns.length} names; the model takes ${layout.width}`);
  // A model without column names takes the caller's order; then the names only document it.
  if (layout.columns === undefined) return undefined;
  return layout.columns.map((name) => {
    const at = columns.indexOf(name);
    if (at < 0)
      throw new RequestFault(
        400,
        "serve.columns",
        `${place}.columns lacks "${name}"; the model's columns are ${layout.columns?.join(", ")}`,
      );
    return at;
  });
}

/** Rows of the model's width, or the 4xx that names the row. */
export function readRows(value: unknown, place: string, layout: RowLayout, maxRows: number): readonly (readonly unknown[])[] {
  const { width } = layout;
  if (!Array.isArray(value))
    throw new RequestFault(
      400,
      "serve.rows",
      `${place} is ${kindOf(value)}; send an array of rows${layout.columns === undefined ? "" : ` (${layout.columns.join(", ")})`}`,
    );
  if (value.length === 0) throw new RequestFault(400, "serve.rows", `${place} has no rows; send at least one`);
  if (value.length > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `${place} has ${value.length} rows; at most ${maxRows} in one request`);
  if (layout.rows !== null && value.length !== layout.rows) {
    throw new RequestFault(400, "serve.rows", `${place} has ${value.length} rows; the model takes exactly ${layout.rows}`);
  }
  for (let at = 0; at < value.length; at++) {
    const row: unknown = value[at];
    if (!Array.isArray(row))
      throw new RequestFault(400, "serve.row", `${place}[${at}] is ${kindOf(row)}; send an array of ${width} values`);
    if (row.length !== width)
      throw new RequestFault(400, "serve.row-width", `${place}[${at}] has ${row.length} values; the model takes ${width}`);
  }
  return value;
}

function matrix(
  spec: TensorSpec,
  rows: readonly (readonly unknown[])[],
  width: number,
  order: readonly number[] | undefined,
  columns: readonly string[] | undefined,
): Tensor {
  const data = ELEMENTS[spec.type].create(rows.length * width);
  const { accepts } = ELEMENTS[spec.type];
  let at = 0;
  for (const [index, row] of rows.entries()) {
    for (let column = 0; column < width; column++) {
      const value = row[order === undefined ? column : (order[column] ?? 0)];
      if (!accepts(value)) throw valueFault(spec, index, columns?.[column] ?? `column ${column}`, value);
      store(data, at++, value, spec.type);
    }
  }
  return { type: spec.type, dims: [rows.length, width], data };
}

function column(spec: TensorSpec, rows: readonly (readonly unknown[])[], from: number, width: number): Tensor {
  const data = ELEMENTS[spec.type].create(rows.length);
  for (const [index, row] of rows.entries()) {
    const value = row[from];
    if (!ELEMENTS[spec.type].accepts(value)) throw valueFault(spec, index, width === 1 ? "column 0" : spec.name, value);
    store(data, index, value, spec.type);
  }
  return { type: spec.type, dims: spec.shape.length === 1 ? [rows.length] : [rows.length, 1], data };
}

function valueFault(spec: TensorSpec, row: number, column: string, value: unknown): RequestFault {
  // JSON has no Infinity, but 1e999 is read as one, and 1e300 becomes one in 32 bits.
  const seen = typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
  return new RequestFault(400, "serve.value", `row ${row}, ${column} is ${seen}; the model takes ${ELEMENTS[spec.type].wants}`);
}
