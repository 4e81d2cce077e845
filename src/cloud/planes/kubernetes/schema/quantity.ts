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

/** An amount as Kubernetes writes it: CPU in thousandths where it must be, memory in the largest unit that leaves no rest. */
export function formatAmount(resource: string, value: number): string {
  if (/memory|storage/.test(resource)) {
    const unit = BINARY.findLast((_, power) => value !== 0 && value % 1024 ** power === 0) ?? "";
    return `${value / 1024 ** BINARY.indexOf(unit)}${unit}`;
  }
  return Number.isInteger(value) ? String(value) : `${Math.ceil(value * 1000)}m`;
}
