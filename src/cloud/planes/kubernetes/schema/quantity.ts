const QUANTITY = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?\d+)?$/;

const DECIMAL = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];
const BINARY = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

export function isQuantity(text: string): boolean {
  return QUANTITY.test(text);
}

/** The amount of a quantity that `isQuantity`; exact enough to compare two of them. */
export function amount(text: string): number {
  const [, number = "0", unit = ""] = QUANTITY.exec(text) ?? [];
  if (/^[eE][+-]?\d/.test(unit)) return Number(`${number}${unit}`);
  const binary = BINARY.indexOf(unit);
  if (binary > 0) return Number(number) * 1024 ** binary;
  return Number(number) * 1000 ** (DECIMAL.indexOf(unit) - 3);
}
