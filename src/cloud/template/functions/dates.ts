import { type Args, ArgumentError, integerArg, stringArg } from "../values.ts";
import { eager, type FunctionTable } from "./function.ts";

const DAY_MS = 86_400_000;
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** The default of `utcNow`. */
const COMPACT = "yyyyMMddTHHmmssZ";
const ISO = "yyyy-MM-ddTHH:mm:ssZ";

/** .NET's standard formats in the invariant culture, as custom formats. */
const STANDARD: Readonly<Record<string, string>> = {
  d: "MM/dd/yyyy",
  D: "dddd, dd MMMM yyyy",
  f: "dddd, dd MMMM yyyy HH:mm",
  F: "dddd, dd MMMM yyyy HH:mm:ss",
  g: "MM/dd/yyyy HH:mm",
  G: "MM/dd/yyyy HH:mm:ss",
  m: "MMMM dd",
  M: "MMMM dd",
  o: "yyyy-MM-ddTHH:mm:ss.fffffffZ",
  O: "yyyy-MM-ddTHH:mm:ss.fffffffZ",
  r: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  R: "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
  s: "yyyy-MM-ddTHH:mm:ss",
  t: "HH:mm",
  T: "HH:mm:ss",
  u: "yyyy-MM-dd HH:mm:ssZ",
  U: "dddd, dd MMMM yyyy HH:mm:ss",
  y: "yyyy MMMM",
  Y: "yyyy MMMM",
};

const TOKEN =
  /'([^']*)'|"([^"]*)"|\\(.)|%(?=[dfFghHmMsty])|yyyyy|yyyy|yyy|yy|y|MMMM|MMM|MM|M|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|f{1,7}|F{1,7}|tt|t|zzz|zz|z|K/g;

/** A moment in a .NET date format. */
export function formatDate(ms: number, format: string): string {
  const pattern = format.length === 1 ? STANDARD[format] : format;
  if (pattern === undefined) throw new ArgumentError(`does not know the date format '${format}'`);
  const date = new Date(ms);
  return pattern.replace(
    TOKEN,
    (token, single?: string, double?: string, escaped?: string) => single ?? double ?? escaped ?? part(token, date),
  );
}

function part(token: string, date: Date): string {
  const pad = (value: number, width: number) => String(value).padStart(width, "0");
  const hour12 = date.getUTCHours() % 12 || 12;
  const fraction = `${pad(date.getUTCMilliseconds(), 3)}0000`.slice(0, token.length);
  switch (token[0]) {
    case "y":
      return token.length <= 2 ? pad(date.getUTCFullYear() % 100, token.length) : pad(date.getUTCFullYear(), token.length);
    case "M":
      return named(token, date.getUTCMonth() + 1, MONTHS[date.getUTCMonth()] ?? "");
    case "d":
      return named(token, date.getUTCDate(), DAYS[date.getUTCDay()] ?? "");
    case "H":
      return pad(date.getUTCHours(), token.length);
    case "h":
      return pad(hour12, token.length);
    case "m":
      return pad(date.getUTCMinutes(), token.length);
    case "s":
      return pad(date.getUTCSeconds(), token.length);
    case "f":
      return fraction;
    case "F":
      return fraction.replace(/0+$/, "");
    case "t":
      return (date.getUTCHours() < 12 ? "AM" : "PM").slice(0, token.length);
    case "z":
      return token.length === 3 ? "+00:00" : token.length === 2 ? "+00" : "+0";
    case "K":
      return "Z";
    default:
      return "";
  }
}

function named(token: string, value: number, name: string): string {
  if (token.length >= 4) return name;
  return token.length === 3 ? name.slice(0, 3) : String(value).padStart(token.length, "0");
}

/** ISO 8601, also without separators as `utcNow` writes it, or with a space as format `u` does. */
function parseDate(text: string): number {
  const compact = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const normal = compact
    ? `${compact[1]}-${compact[2]}-${compact[3]}T${compact[4]}:${compact[5]}:${compact[6]}Z`
    : text.replace(/^(\S+) (\d)/, "$1T$2");
  const zoned = /(Z|[+-]\d\d:?\d\d)$/.test(normal) ? normal : normal.includes("T") ? `${normal}Z` : normal;
  const ms = /^\d{4}-\d\d-\d\d/.test(zoned) ? Date.parse(zoned) : Number.NaN;
  if (Number.isNaN(ms)) throw new ArgumentError(`cannot read '${text}' as an ISO 8601 date`);
  return ms;
}

/** ISO 8601 durations. The engine takes a year for 365 days and a month for 30. */
function parseDuration(text: string): number {
  const found = /^(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (found === null || /[PT]$/.test(text)) throw new ArgumentError(`cannot read '${text}' as an ISO 8601 duration`);
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = found
    .slice(2)
    .map((digits) => Number(digits ?? 0));
  const total = (years * 365 + months * 30 + weeks * 7 + days) * DAY_MS + hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
  return found[1] === "-" ? -total : total;
}

function dateTimeAdd(args: Args): string {
  const base = stringArg(args, 0);
  const sum = parseDate(base) + parseDuration(stringArg(args, 1));
  if (Number.isNaN(new Date(sum).getTime())) throw new ArgumentError("gives a date that is out of range");
  return formatDate(sum, args.length > 2 ? stringArg(args, 2) : ISO);
}

export const dates: FunctionTable = {
  utcNow: eager(0, 1, (args, { moment }) => {
    if (moment === undefined)
      throw new ArgumentError("is not expected at this location: it is allowed only in the default values of parameters");
    return formatDate(moment.now, args.length > 0 ? stringArg(args, 0) : COMPACT);
  }),
  newGuid: eager(0, 0, (_, { moment }) => {
    if (moment === undefined)
      throw new ArgumentError("is not expected at this location: it is allowed only in the default values of parameters");
    return moment.newGuid();
  }),
  dateTimeAdd: eager(2, 3, dateTimeAdd),
  dateTimeFromEpoch: eager(1, 1, (args) => formatDate(integerArg(args, 0) * 1000, ISO)),
  dateTimeToEpoch: eager(1, 1, (args) => Math.floor(parseDate(stringArg(args, 0)) / 1000)),
};
