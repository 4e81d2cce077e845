import { isObject, type JsonValue } from "../../../base/index.ts";
import { ArgumentError, entriesOf, stringArg } from "../values.ts";

/** Text as `string` and `concat` make it: booleans as .NET writes them, objects as compact JSON. */
export function toText(value: JsonValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "";
  return typeof value === "number" ? String(value) : JSON.stringify(value);
}

/** Text as `format` inserts it: like `toText`, but objects and arrays stand in single quotes. */
function toFormatted(value: JsonValue): string {
  return value !== null && typeof value === "object" ? singleQuoted(value) : toText(value);
}

function singleQuoted(value: JsonValue): string {
  if (typeof value === "string") return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  if (Array.isArray(value)) return `[${value.map(singleQuoted).join(",")}]`;
  if (isObject(value))
    return `{${entriesOf(value)
      .map(([key, item]) => `${singleQuoted(key)}:${singleQuoted(item)}`)
      .join(",")}}`;
  return JSON.stringify(value);
}

/** .NET composite formatting: `{index[,alignment][:specifier]}`, with `{{` and `}}` for braces. */
export function formatText(args: readonly JsonValue[]): string {
  return stringArg(args, 0).replace(
    /\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+))?(?::([^{}]*))?\}|[{}]/g,
    (found, index, alignment, specifier) => {
      if (found === "{{" || found === "}}") return found.slice(1);
      if (index === undefined) throw new ArgumentError(`has an unmatched '${found}' in its format string`);
      const at = Number(index) + 1;
      if (at >= args.length) throw new ArgumentError(`refers to {${index}} but got ${args.length - 1} values`);
      const value = args[at] ?? null;
      const text = typeof value === "number" && specifier ? formatNumber(value, specifier) : toFormatted(value);
      if (alignment === undefined) return text;
      const width = Math.min(Math.abs(Number(alignment)), 10_000);
      return Number(alignment) < 0 ? text.padEnd(width) : text.padStart(width);
    },
  );
}

/** .NET's standard and zero-placeholder numeric formats in the invariant culture. */
function formatNumber(value: number, specifier: string): string {
  const standard = /^([A-Za-z])(\d{0,2})$/.exec(specifier);
  if (standard === null) return /^[0#,.]+$/.test(specifier) ? customNumber(value, specifier) : refuse(specifier);
  const [, letter = "", digits] = standard;
  const precision = digits === "" ? undefined : Number(digits);
  const sign = value < 0 ? "-" : "";
  const absolute = Math.abs(value);
  switch (letter.toUpperCase()) {
    case "D":
      return sign + String(absolute).padStart(precision ?? 0, "0");
    case "X": {
      const hex = BigInt.asUintN(64, BigInt(value))
        .toString(16)
        .padStart(precision ?? 0, "0");
      return letter === "X" ? hex.toUpperCase() : hex;
    }
    case "F":
      return value.toFixed(precision ?? 2);
    case "N":
      return sign + grouped(absolute, precision ?? 2);
    case "P":
      return `${sign}${grouped(absolute * 100, precision ?? 2)} %`;
    case "G":
      return String(value);
    default:
      return refuse(specifier);
  }
}

function customNumber(value: number, specifier: string): string {
  const [whole = "", fraction = ""] = specifier.split(".");
  const least = whole.replace(/[^0]/g, "").length;
  const [integer = "", decimals = ""] = Math.abs(value).toFixed(fraction.length).split(".");
  const padded = integer.padStart(least, "0");
  const kept =
    decimals.slice(0, fraction.lastIndexOf("0") + 1) + decimals.slice(fraction.lastIndexOf("0") + 1).replace(/0+$/, "");
  const text = whole.includes(",") ? padded.replace(/\B(?=(\d{3})+$)/g, ",") : padded;
  return `${value < 0 ? "-" : ""}${text}${kept === "" ? "" : `.${kept}`}`;
}

function grouped(value: number, decimals: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function refuse(specifier: string): never {
  throw new ArgumentError(`does not support the number format '${specifier}'`);
}
