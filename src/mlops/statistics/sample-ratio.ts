/** Requests that arrived at the candidate out of all, while the router was told to give it `share`. */
export interface Split {
  readonly candidate: number;
  readonly total: number;
  readonly share: number;
}

/** p-value of Pearson's chi-square test (one degree of freedom) that the split is the one that was set. */
export function chiSquareP({ candidate, total, share }: Split): number {
  if (total === 0 || share <= 0 || share >= 1) return 1;
  const deviation = candidate - total * share;
  return erfc(Math.sqrt((deviation * deviation) / (2 * total * share * (1 - share))));
}

/**
 * Logarithm of the e-value against the split that was set: a uniform mixture over all splits, so it may be asked after
 * every request. Chi-square's p-value asked again and again would find a mismatch in the end where there is none.
 * Source: Lindon and Malek, "Anytime-valid inference for multinomial count data" (2022), for two categories.
 */
export function logSplitEvidence({ candidate, total, share }: Split): number {
  if (total === 0 || share <= 0 || share >= 1) return 0;
  const others = total - candidate;
  const mixture = logGamma(candidate + 1) + logGamma(others + 1) - logGamma(total + 2);
  return mixture - candidate * Math.log(share) - others * Math.log(1 - share);
}

/** Lanczos' approximation with g = 7 and nine terms; relative error below 1e-13 for x >= 1. */
export function logGamma(x: number): number {
  const base = x - 1 + 7.5;
  const series = LANCZOS.reduce((sum, term, at) => sum + term / (x - 1 + at + 1), 0.999_999_999_999_809_93);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(base) - base + Math.log(series);
}

const LANCZOS = [
  676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13, -176.615_029_162_140_59, 12.507_343_278_686_905,
  -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6, 1.505_632_735_149_311_6e-7,
];

/** Complementary error function, fractional error below 1.2e-7 everywhere (Numerical Recipes 6.2.2, Chebyshev fit). */
export function erfc(x: number): number {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const polynomial = ERFC.reduceRight((sum, term) => sum * t + term, 0);
  const value = t * Math.exp(-x * x + polynomial);
  return x >= 0 ? value : 2 - value;
}

const ERFC = [
  -1.265_512_23, 1.000_023_68, 0.374_091_96, 0.096_784_18, -0.186_288_06, 0.278_868_07, -1.135_203_98, 1.488_515_87,
  -0.822_152_23, 0.170_872_77,
];
