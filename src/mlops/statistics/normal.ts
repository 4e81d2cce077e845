/** Chance that a standard normal variable is at most `x`. Series of Marsaglia (2004): exact to double precision for |x| < 7. */
export function normalCdf(x: number): number {
  if (x < -7) return 0;
  if (x > 7) return 1;
  let sum = x;
  let term = x;
  for (let k = 3; Math.abs(term) > 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** Its inverse, by bisection. */
export function normalQuantile(probability: number): number {
  let low = -10;
  let high = 10;
  for (let round = 0; round < 80; round++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
