import { readFields, text } from "./own/wire.ts";
import { bytesField, concat, integerField, rewrite } from "./own/wire-writer.ts";

/** Fields of onnx/onnx.proto. */
const MODEL = { graph: 7, opsetImport: 8 } as const;
const GRAPH = { node: 1, output: 12 } as const;
const NODE = { input: 1, output: 2, op: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, integers: 8, texts: 9 } as const;
const FLOAT = 1;
/** Of the standard operators, for a model that imports only others: any version has Identity. */
const OPSET = 13;

/**
 * A classifier as scikit-learn's converter writes it unless told otherwise ends in ZipMap: probabilities as a list of maps, which
 * ONNX Runtime's binding for Node cannot give. Here is the same model with the table of probabilities instead, a column for each
 * class in the order of the maps' keys; every other model is returned as it is.
 */
export function withoutZipMaps(model: Uint8Array): Uint8Array {
  if (!Buffer.from(model.buffer, model.byteOffset, model.byteLength).includes("ZipMap")) return model;
  try {
    return withTables(model);
  } catch (cause) {
    // Not ONNX at all: whoever reads it next says so.
    if (cause instanceof RangeError) return model;
    throw cause;
  }
}

function withTables(model: Uint8Array): Uint8Array {
  /** Classes by the name of the list of maps. */
  const classes = new Map<string, number>();
  const rewritten = rewrite(model, MODEL.graph, (graph) => {
    const nodes = rewrite(graph, GRAPH.node, (node) => {
      const { op, output, labels } = describe(node);
      if (op !== "ZipMap") return node;
      classes.set(output, labels);
      return identity(node);
    });
    return rewrite(nodes, GRAPH.output, (value) => table(value, classes));
  });
  if (classes.size === 0) return model;
  return importsStandard(model) ? rewritten : concat([rewritten, bytesField(MODEL.opsetImport, integerField(2, OPSET))]);
}

function describe(node: Uint8Array): { readonly op: string; readonly output: string; readonly labels: number } {
  let op = "";
  let output = "";
  let labels = 0;
  for (const field of readFields(node)) {
    if (field.number === NODE.op) op = text(field.bytes);
    if (field.number === NODE.output) output = text(field.bytes);
    if (field.number === NODE.attribute) labels = Math.max(labels, labelsOf(field.bytes));
  }
  return { op, output, labels };
}

function labelsOf(attribute: Uint8Array): number {
  let count = 0;
  for (const { number, kind, bytes } of readFields(attribute)) {
    if (number === ATTRIBUTE.texts) count++;
    // Packed integers: as many as there are bytes that end one.
    else if (number === ATTRIBUTE.integers) count += kind === 0 ? 1 : bytes.filter((byte) => byte < 0x80).length;
  }
  return count;
}

/** A node that only gives what it gets another name. */
function identity(node: Uint8Array): Uint8Array {
  const names = [...readFields(node)].filter(({ number }) => number === NODE.input || number === NODE.output);
  return concat([...names.map(({ number, bytes }) => bytesField(number, bytes)), bytesField(NODE.op, Buffer.from("Identity"))]);
}

/** `[rows, classes]` of 32-bit floats for what was a list of maps. */
function table(value: Uint8Array, classes: ReadonlyMap<string, number>): Uint8Array {
  const name = [...readFields(value)].find(({ number }) => number === 1)?.bytes ?? new Uint8Array(0);
  const width = classes.get(text(name));
  if (width === undefined) return value;
  const rows = bytesField(1, bytesField(2, Buffer.from("rows")));
  const columns = bytesField(1, integerField(1, width));
  const tensor = concat([integerField(1, FLOAT), bytesField(2, concat([rows, columns]))]);
  return concat([bytesField(1, name), bytesField(2, bytesField(1, tensor))]);
}

function importsStandard(model: Uint8Array): boolean {
  return [...readFields(model)].some(
    ({ number, bytes }) =>
      number === MODEL.opsetImport &&
      [...readFields(bytes)].every((field) => field.number !== 1 || ["", "ai.onnx"].includes(text(field.bytes))),
  );
}
