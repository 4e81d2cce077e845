const word = new Float32Array(1);
const bits = new Uint32Array(word.buffer);

/** Half precision (IEEE 754 binary16) by its 16 bits. The language's own array of halves is not in every supported Node. */
export function halfToNumber(half: number): number {
  const sign = (half & 0x8000) === 0 ? 1 : -1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest half, ties to even; infinite beyond 65,504 and a rounding step. */
export function numberToHalf(value: number): number {
  word[0] = value;
  const sign = ((bits[0] ?? 0) >>> 16) & 0x8000;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= 65_520) return sign | 0x7c00;
  // Below 2^-14 halves lie 2^-24 apart; a carry out of the fraction lands in the exponent, where it belongs.
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = Math.floor(Math.log2(size));
  const exact = size >= 2 ** (exponent + 1) ? exponent + 1 : size < 2 ** exponent ? exponent - 1 : exponent;
  return sign | (((exact + 15) << 10) + roundToEven((size / 2 ** exact - 1) * 1024));
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The shortest decimal that reads back as the same half. */
export function halfText(half: number): string {
  const value = halfToNumber(half);
  // 5 significant digits always identify a half.
  for (let digits = 1; digits < 5; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (numberToHalf(candidate) === half) return String(candidate);
  }
  return String(Number(value.toPrecision(5)));
}
