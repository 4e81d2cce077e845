import { isObject, type JsonValue } from "../../base/index.ts";
import { RequestFault } from "../fault.ts";
import { kindOf } from "./json-body.ts";
import { type RowLayout, readRows } from "./rows.ts";
import type { Tensors } from "./tensor.ts";

/**
 * A list with an entry for each row: an array of the row's values, an object of them by column, or an object that has the whole
 * row under the name of the model's input.
 */
export function readRecords(
  value: JsonValue | undefined,
  place: string,
  input: string | undefined,
  layout: RowLayout,
  maxRows: number,
): Tensors {
  if (!Array.isArray(value) || !value.some(isObject)) return layout.fill(readRows(value, place, layout, maxRows), undefined);
  if (value.length > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `${place} has ${value.length} rows; at most ${maxRows} in one request`);
  const columns = new Set(columnsOf(value[0], layout));
  const rows = value.map((record, at) => rowOf(record, `${place}[${at}]`, input, layout, columns));
  return layout.fill(readRows(rows, place, layout, maxRows), undefined);
}

/** A model that does not name its columns takes them in the order of the first record. */
function columnsOf(first: JsonValue | undefined, { columns }: RowLayout): readonly string[] {
  return columns ?? (isObject(first) ? Object.keys(first) : []);
}

function rowOf(
  record: JsonValue,
  place: string,
  input: string | undefined,
  layout: RowLayout,
  columns: ReadonlySet<string>,
): JsonValue[] {
  if (!isObject(record))
    throw new RequestFault(400, "serve.row", `${place} is ${kindOf(record)}; send an object as in the first row`);
  const whole = input !== undefined && Object.hasOwn(record, input) ? record[input] : undefined;
  if (Array.isArray(whole) && Object.keys(record).length === 1 && layout.width !== 1) return whole;
  const unknown = Object.keys(record).find((name) => !columns.has(name));
  if (unknown !== undefined)
    throw new RequestFault(
      400,
      "serve.columns",
      `${place} has unknown column "${unknown.slice(0, 60)}"; known are ${[...columns].join(", ").slice(0, 200)}`,
    );
  return Array.from(columns, (name) => {
    const value = Object.hasOwn(record, name) ? record[name] : undefined;
    if (value === undefined) throw new RequestFault(400, "serve.columns", `${place} lacks "${name.slice(0, 60)}"`);
    // A column of one value is as good as the value.
    return Array.isArray(value) && value.length === 1 ? (value[0] ?? null) : value;
  });
}

/** Columns by name, each with a value for each row; or the rows themselves under the name of the model's input. */
export function readColumns(
  value: JsonValue | undefined,
  place: string,
  input: string | undefined,
  layout: RowLayout,
  maxRows: number,
): Tensors {
  if (!isObject(value)) return layout.fill(readRows(value, place, layout, maxRows), undefined);
  const whole = input !== undefined && Object.hasOwn(value, input) ? value[input] : undefined;
  if (whole !== undefined && Object.keys(value).length === 1 && layout.width !== 1)
    return layout.fill(readRows(whole, `${place}.${input}`, layout, maxRows), undefined);
  const names = Object.keys(value);
  const lengths = names.map((name) => {
    const column = value[name];
    if (!Array.isArray(column))
      throw new RequestFault(400, "serve.columns", `${place}.${name.slice(0, 60)} is ${kindOf(column)}; send an array`);
    return column.length;
  });
  const [rows = 0] = lengths;
  if (lengths.some((length) => length !== rows))
    throw new RequestFault(400, "serve.columns", `${place} has columns of different lengths`);
  if (rows > maxRows)
    throw new RequestFault(413, "serve.too-many-rows", `${place} has ${rows} rows; at most ${maxRows} in one request`);
  const records = Array.from({ length: rows }, (_, at) =>
    Object.fromEntries(names.map((name) => [name, (value[name] as JsonValue[])[at] ?? null])),
  );
  return readRecords(records, place, undefined, layout, maxRows);
}
