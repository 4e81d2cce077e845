/** Forests vote in a few distinct shares, so most texts are found here; the bound keeps regressions from filling memory. */
const shortest = new Map<number, string>();
const MAX_REMEMBERED = 4096;

/** The shortest decimal that reads back as the same 32-bit float: 0.98157287, not the double's 0.9815728664398193. */
export function float32Text(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const known = shortest.get(value);
  if (known !== undefined) return known;
  const text = shortestText(value);
  if (shortest.size < MAX_REMEMBERED) shortest.set(value, text);
  return text;
}

/** Powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 16 }, (_, at) => Number(`1e${at}`));

/**
 * 9 significant digits always identify a 32-bit float (IEEE 754), and 6 often do. They are found as whole numbers: a rounded
 * product and an exact power of ten divide to the double nearest to that decimal, which is what a reader makes of the text.
 */
function shortestText(value: number): string {
  const size = Math.abs(value);
  // Beyond these JavaScript writes an exponent, or the power of ten is not exact.
  if (size < 1e-6 || size >= 1e9) return longWay(value);
  let decimals = 6;
  if (size >= 1) for (let limit = 1; decimals > 0 && size >= limit; limit *= 10) decimals--;
  else for (let limit = 0.1; size < limit; limit /= 10) decimals++;
  for (let digits = 6; digits <= 9; digits++, decimals++) {
    const power = POWERS[decimals] ?? 1;
    const scaled = Math.round(size * power);
    if (Math.fround(scaled / power) === size) return (value < 0 ? "-" : "") + decimalText(scaled, decimals);
  }
  return longWay(value);
}

function decimalText(scaled: number, decimals: number): string {
  let whole = scaled;
  let left = decimals;
  for (; left > 0 && whole % 10 === 0; left--) whole /= 10;
  const text = String(whole);
  if (left === 0) return text;
  const point = text.length - left;
  return point > 0 ? `${text.slice(0, point)}.${text.slice(point)}` : `0.${"0".repeat(-point)}${text}`;
}

function longWay(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return String(candidate);
  }
  return String(Number(value.toPrecision(9)));
}
