import { RequestFault } from "../fault.ts";

/** A table as RFC 4180 writes it: the first record names the columns. Empty lines are passed over, as pandas does. */
export interface Csv {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function readCsv(text: string, maxRows: number): Csv {
  const records: string[][] = [];
  let record: string[] = [];
  let field = "";
  let quoted = false;
  let at = 0;

  const endField = () => {
    record.push(field);
    field = "";
  };
  const endRecord = () => {
    endField();
    if (record.length > 1 || record[0] !== "") records.push(record);
    record = [];
    if (records.length > maxRows + 1)
      throw new RequestFault(
        413,
        "serve.too-many-rows",
        `the body has more than ${maxRows} rows; at most ${maxRows} in one request`,
      );
  };

  for (; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (text[at + 1] === '"') {
        field += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && field === "") quoted = true;
    else if (char === ",") endField();
    else if (char === "\n") endRecord();
    else if (char !== "\r" || text[at + 1] !== "\n") field += char;
  }
  if (quoted) throw new RequestFault(400, "serve.not-csv", `record ${records.length + 1} has a quote that does not end`);
  if (field !== "" || record.length > 0) endRecord();
  const [columns, ...rows] = records;
  if (columns === undefined)
    throw new RequestFault(400, "serve.empty-body", "the body is empty; send a line of column names and one for each row");
  return { columns, rows };
}
