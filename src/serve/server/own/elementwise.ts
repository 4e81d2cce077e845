import {
  alongRow,
  type Column,
  floatConstant,
  floatRows,
  floats,
  integer,
  type Kernel,
  matrix,
  type NodeContext,
  Unsupported,
  word,
} from "./kernel.ts";
import { argMax } from "./labels.ts";
import { ONNX_DOUBLE, ONNX_FLOAT, ONNX_INT64, ONNX_STRING } from "./onnx-file.ts";
import { logistic, softmax as softmaxOf } from "./post-transform.ts";

/** One number for one number. */
function map(compute: (value: number) => number): Kernel {
  return (context) => {
    const column = floatRows(context, 0);
    return { outputs: [column], cost: 15 * column.width, run: ([x]) => [(x as Float32Array).map(compute)] };
  };
}

export const sigmoid = map(logistic);
export const tanh = map(Math.tanh);
export const relu = map((value) => Math.max(value, 0));
export const negate = map((value) => -value);
export const exponential = map(Math.exp);
export const absolute = map(Math.abs);

/** Rows with a constant of one value or one for each column, or with other rows of the same shape. */
function arithmetic(compute: (left: number, right: number) => number): Kernel {
  return (context) => {
    const [left, right] = context.inputs;
    if (left !== undefined && "column" in left && right !== undefined && "column" in right) {
      const column = floatRows(context, 0);
      const other = floatRows(context, 1);
      if (column.width !== other.width || column.rank !== other.rank)
        throw new Unsupported(`${context.node.op} that repeats columns`);
      return {
        outputs: [column],
        cost: 4 * column.width,
        run: ([x, y]) => [(x as Float32Array).map((value, at) => compute(value, (y as Float32Array)[at] ?? 0))],
      };
    }
    const constantFirst = left !== undefined && "constant" in left;
    const column = floatRows(context, constantFirst ? 1 : 0);
    const { dims, values } = floatConstant(context, constantFirst ? 0 : 1);
    const { width } = column;
    const perColumn = values.length === width && dims.at(-1) === width && column.rank === 2;
    if ((values.length !== 1 && !perColumn) || dims.length > column.rank)
      throw new Unsupported(`${context.node.op} of ${width} columns and [${dims.join(", ")}]`);
    return {
      outputs: [column],
      cost: 4 * width,
      run: (inputs) => [
        (inputs[constantFirst ? 1 : 0] as Float32Array).map((value, at) => {
          const constant = values[perColumn ? at % width : 0] ?? 0;
          return constantFirst ? compute(constant, value) : compute(value, constant);
        }),
      ],
    };
  };
}

export const add = arithmetic((left, right) => left + right);
export const subtract = arithmetic((left, right) => left - right);
export const multiply = arithmetic((left, right) => left * right);
export const divide = arithmetic((left, right) => left / right);

/** A change of each row in place, on a copy. */
function byRow(
  column: Column,
  cost: number,
  change: (values: Float32Array, at: number, width: number) => void,
): ReturnType<Kernel> {
  return {
    outputs: [column],
    cost,
    run: ([x], rows) => {
      const values = (x as Float32Array).slice();
      for (let row = 0; row < rows; row++) change(values, row * column.width, column.width);
      return [values];
    },
  };
}

export const softmax: Kernel = (context) => {
  const column = floatRows(context, 0);
  const axis = integer(context.node, "axis", context.opset >= 13 ? -1 : 1);
  if (column.rank !== 2 || !alongRow(axis)) throw new Unsupported(`Softmax over axis ${axis}`);
  return byRow(column, 20 * column.width, softmaxOf);
};

export const normalizer: Kernel = (context) => {
  const column = floatRows(context, 0);
  const norm = word(context.node, "norm", "MAX");
  const change = Object.hasOwn(NORMS, norm) ? NORMS[norm] : undefined;
  if (column.rank !== 2 || change === undefined) throw new Unsupported(`Normalizer with norm ${norm}`);
  return byRow(column, 6 * column.width, change);
};

const NORMS: Readonly<Record<string, (values: Float32Array, at: number, width: number) => void>> = {
  // The largest value, not the largest size: a row of negative values turns its signs.
  MAX: (values, at, width) => {
    let max = Number.NEGATIVE_INFINITY;
    for (let index = at; index < at + width; index++) max = Math.max(max, values[index] ?? 0);
    if (max === 0) return;
    for (let index = at; index < at + width; index++) values[index] = (values[index] ?? 0) / max;
  },
  L1: (values, at, width) => {
    let sum = 0;
    for (let index = at; index < at + width; index++) sum += Math.abs(values[index] ?? 0);
    if (sum === 0) return;
    for (let index = at; index < at + width; index++) values[index] = (values[index] ?? 0) / sum;
  },
  L2: (values, at, width) => {
    let sum = 0;
    for (let index = at; index < at + width; index++) sum += (values[index] ?? 0) ** 2;
    if (sum === 0) return;
    const length = Math.sqrt(sum);
    for (let index = at; index < at + width; index++) values[index] = (values[index] ?? 0) / length;
  },
};

export const scaler: Kernel = (context) => {
  const column = floatRows(context, 0);
  const offset = floats(context.node, "offset");
  const scale = floats(context.node, "scale");
  const { width } = column;
  if (offset.length !== scale.length || (scale.length !== 1 && scale.length !== width))
    throw new Unsupported(`Scaler with ${offset.length} offsets and ${scale.length} scales for ${width} columns`);
  return {
    outputs: [matrix(width)],
    cost: 5 * width,
    run: ([x]) => [
      (x as Float32Array).map((value, at) => {
        const index = at % width;
        return Math.fround(value - (offset[offset.length === 1 ? 0 : index] ?? 0)) * (scale[scale.length === 1 ? 0 : index] ?? 1);
      }),
    ],
  };
};

export const argMaxOfRow: Kernel = (context) => {
  const { node } = context;
  const { rank, width } = floatRows(context, 0);
  const axis = integer(node, "axis", 0);
  if (rank !== 2 || !alongRow(axis) || integer(node, "select_last_index", 0) === 1)
    throw new Unsupported(`ArgMax over axis ${axis}`);
  return {
    outputs: [{ type: "int64", rank: integer(node, "keepdims", 1) === 1 ? 2 : 1, width: 1 }],
    cost: 2 * width + 40,
    run: ([x], rows) => {
      const places = new BigInt64Array(rows);
      for (let row = 0; row < rows; row++) places[row] = BigInt(argMax(x as Float32Array, row * width, width));
      return [places];
    },
  };
};

/** The same values under another name. */
export const identity: Kernel = (context) => ({ outputs: [rowsOf(context, 0)], cost: 1, run: ([x]) => [x ?? []] });

const ONNX_TYPES = { float32: ONNX_FLOAT, float64: ONNX_DOUBLE, int64: ONNX_INT64, string: ONNX_STRING } as const;

/** Only casts that change nothing, or make 32-bit floats. */
export const cast: Kernel = (context) => {
  const column = rowsOf(context, 0);
  const to = integer(context.node, "to", 0);
  if (to === ONNX_TYPES[column.type]) return identity(context);
  if (to !== ONNX_FLOAT || column.type === "string") throw new Unsupported(`Cast of ${column.type} to type ${to}`);
  return {
    outputs: [{ ...column, type: "float32" }],
    cost: 20 * column.width,
    run: ([x]) => [
      column.type === "float64" ? Float32Array.from(x as Float64Array) : Float32Array.from(x as BigInt64Array, Number),
    ],
  };
};

/** Side by side, in the order of the inputs. */
export const concat: Kernel = (context) => {
  const columns = context.inputs.map((_, at) => floatRows(context, at));
  const axis = integer(context.node, "axis", 0);
  if (!alongRow(axis) || columns.some(({ rank }) => rank !== 2)) throw new Unsupported(`Concat over axis ${axis}`);
  const width = columns.reduce((sum, column) => sum + column.width, 0);
  return {
    outputs: [matrix(width)],
    cost: 4 * width,
    run: (inputs, rows) => {
      const joined = new Float32Array(rows * width);
      let from = 0;
      for (const [index, column] of columns.entries()) {
        const values = inputs[index] as Float32Array;
        for (let row = 0; row < rows; row++)
          for (let at = 0; at < column.width; at++) joined[row * width + from + at] = values[row * column.width + at] ?? 0;
        from += column.width;
      }
      return [joined];
    },
  };
};

/** Between `[rows]` and `[rows, 1]`, or none at all: what converters write around labels. */
export const reshape: Kernel = (context) => {
  const column = rowsOf(context, 0);
  const shape = context.inputs[1];
  const wanted =
    shape !== undefined && "constant" in shape && Array.isArray(shape.constant.values) ? shape.constant.values.map(Number) : [];
  const rows = wanted[0];
  const width = wanted[1];
  const fits =
    (wanted.length === 1 && rows === -1 && column.width === 1) ||
    (wanted.length === 2 &&
      ((rows === -1 && width === column.width) || (rows === 0 && (width === column.width || width === -1))));
  if (!fits) throw new Unsupported(`Reshape to [${wanted.join(", ")}]`);
  return { outputs: [{ ...column, rank: wanted.length === 1 ? 1 : 2 }], cost: 1, run: ([x]) => [x ?? []] };
};

function rowsOf({ node, inputs }: NodeContext, at: number): Column {
  const operand = inputs[at];
  if (operand === undefined || !("column" in operand)) throw new Unsupported(`input ${at} of ${node.op} is constant`);
  return operand.column;
}
