import { type Block, type Claim, logEvidence, type Rates } from "./two-rates.ts";

/** Evidence against a claim so far: the logarithm of the e-value of each bet. Plain data, to be stored and taken up again. */
export type EProcess = readonly number[];

/**
 * Adds a block. Each bet is a process of its own; their average is one, too, so the claim may be given up at any time
 * once `evidence` reaches ln(1/alpha), with a chance of at most alpha that it was true.
 */
export function addEvidence(process: EProcess, block: Block, bets: readonly Rates[], claim: Claim): EProcess {
  return bets.map((bet, at) => (process[at] ?? 0) + logEvidence(block, bet, claim));
}

/** Natural logarithm of the average of the bets' e-values; 0 before any block. */
export function evidence(process: EProcess): number {
  if (process.length === 0) return 0;
  const most = Math.max(...process);
  const sum = process.reduce((total, log) => total + Math.exp(log - most), 0);
  return most + Math.log(sum / process.length);
}
