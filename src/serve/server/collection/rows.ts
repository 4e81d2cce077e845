import type { JsonObject, JsonValue } from "../../../base/index.ts";
import { halfToNumber } from "../float16.ts";
import type { Tensor, TensorSpec, Tensors } from "../tensor.ts";

/** The column that ties a row of the inputs to its row of the outputs: rows of several requests share an event, so a request's id does not. */
const ROW_ID = "quayside_row_id";

/** An object for each row: a column of its own for each value, but those that must not be kept. */
export function rowsOf(
  tensors: Tensors,
  specs: readonly TensorSpec[],
  names: readonly string[] | undefined,
  dropped: ReadonlySet<string>,
  requestId: string,
): JsonObject[] {
  const columns = specs.flatMap((spec) => columnsOf(spec, tensors[spec.name], specs.length === 1 ? names : undefined));
  const kept = columns.filter(({ name }) => !dropped.has(name));
  const rows = tensors[specs[0]?.name ?? ""]?.dims[0] ?? 0;
  return Array.from({ length: rows }, (_, row) => {
    const object: JsonObject = { [ROW_ID]: `${requestId}/${row}` };
    for (const { name, tensor, at, width } of kept) object[name] = jsonOf(tensor, row * width + at);
    return object;
  });
}

interface OutputColumn {
  readonly name: string;
  readonly tensor: Tensor;
  readonly at: number;
  readonly width: number;
}

/** A tensor of one column has its own name, one of several the names of its columns, or a number after its name. */
function columnsOf({ name }: TensorSpec, tensor: Tensor | undefined, names: readonly string[] | undefined): OutputColumn[] {
  if (tensor === undefined) return [];
  const width = tensor.data.length / Math.max(tensor.dims[0] ?? 1, 1);
  return Array.from({ length: width }, (_, at) => ({
    name: columnName(name, at, width, names),
    tensor,
    at,
    width,
  }));
}

function columnName(name: string, at: number, width: number, names: readonly string[] | undefined): string {
  return names?.[at] ?? (width === 1 ? name : `${name}_${at}`);
}

/** What the columns of rows are called; `X_*` where it is the request that says how many there are. */
export function columnNames(specs: readonly TensorSpec[], names: readonly string[] | undefined): string[] {
  return specs.flatMap(({ name, shape }) => {
    const own = specs.length === 1 ? names : undefined;
    const [, ...dims] = shape;
    if (dims.includes(null)) return own === undefined ? [name, `${name}_*`] : [...own];
    const width = dims.reduce<number>((product, dim) => product * (dim ?? 1), 1);
    return Array.from({ length: width }, (_, at) => columnName(name, at, width, own));
  });
}

function jsonOf({ type, data }: Tensor, at: number): JsonValue {
  const value = data[at];
  if (typeof value === "string") return value;
  if (type === "bool") return value === 1;
  const number = type === "float16" ? halfToNumber(Number(value)) : Number(value);
  return Number.isFinite(number) ? number : null;
}
