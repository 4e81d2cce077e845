/** Outcomes of one version's requests: how many there were, and how many were of the kind that is counted (failed, slow, wrong). */
export interface Arm {
  readonly requests: number;
  readonly events: number;
}

/** Requests of the same stretch of time. The split between the arms is decided before anybody knows the outcomes. */
export interface Block {
  readonly candidate: Arm;
  readonly stable: Arm;
}

/** Shares of events, each in [0, 1]. */
export interface Rates {
  readonly candidate: number;
  readonly stable: number;
}

/** A claim about `candidate - stable`, held until there is evidence against it. */
export interface Claim {
  readonly kind: "at-most" | "at-least";
  readonly difference: number;
  /** `none`: about the candidate's share alone, which is held against `difference` itself. */
  readonly against?: "stable" | "none";
}

/**
 * Logarithm of an e-value of one block against a claim: the likelihood of `bet` over that of its information projection
 * on the claim. For every pair of rates that fulfils the claim its expectation is at most 1, whatever the sizes of the
 * arms, so products over blocks may be looked at after each block (Ville), the rates may move from block to block as
 * long as the claim holds in each, and no rate is too small. `bet` must not depend on the block's own outcomes.
 * Source: Turner, Ly, Gruenwald, "Generic E-variables for exact sequential k-sample tests that allow for optional
 * stopping" (2024); Turner, Gruenwald, "Exact anytime-valid confidence intervals for contingency tables and beyond" (2023).
 */
export function logEvidence(block: Block, bet: Rates, claim: Claim): number {
  const { candidate, stable } = block;
  if (claim.against === "none") {
    return fulfils({ candidate: bet.candidate, stable: 0 }, claim) ? 0 : logRatio(candidate, bet.candidate, claim.difference);
  }
  if (candidate.requests + stable.requests === 0 || fulfils(bet, claim)) return 0;
  const nearest = project(bet, claim.difference, candidate.requests, stable.requests);
  return logRatio(candidate, bet.candidate, nearest.candidate) + logRatio(stable, bet.stable, nearest.stable);
}

function fulfils({ candidate, stable }: Rates, { kind, difference }: Claim): boolean {
  return kind === "at-most" ? candidate - stable <= difference : candidate - stable >= difference;
}

/** The point of `candidate - stable = difference` with the least divergence from `bet`, each arm weighted by its requests. */
function project(bet: Rates, difference: number, candidates: number, stables: number): Rates {
  if (difference === 0) {
    const shared = (candidates * bet.candidate + stables * bet.stable) / (candidates + stables);
    return { candidate: shared, stable: shared };
  }
  let low = Math.max(0, -difference);
  let high = Math.min(1, 1 - difference);
  for (let round = 0; round < BISECTIONS; round++) {
    const stable = (low + high) / 2;
    const slope =
      candidates * divergenceSlope(bet.candidate, stable + difference) + stables * divergenceSlope(bet.stable, stable);
    if (slope < 0) low = stable;
    else high = stable;
  }
  const stable = (low + high) / 2;
  return { candidate: stable + difference, stable };
}

const BISECTIONS = 48;

/** Derivative by `q` of the Kullback-Leibler divergence of Bernoulli(p) from Bernoulli(q). */
function divergenceSlope(p: number, q: number): number {
  return (1 - p) / (1 - q) - p / q;
}

function logRatio({ requests, events }: Arm, bet: number, claimed: number): number {
  const hits = events === 0 ? 0 : events * Math.log(bet / claimed);
  const misses = requests === events ? 0 : (requests - events) * Math.log((1 - bet) / (1 - claimed));
  return hits + misses;
}

export const NOTHING: Arm = { requests: 0, events: 0 };
export const EMPTY: Block = { candidate: NOTHING, stable: NOTHING };

export function addBlocks(a: Block, b: Block): Block {
  return { candidate: addArms(a.candidate, b.candidate), stable: addArms(a.stable, b.stable) };
}

function addArms(a: Arm, b: Arm): Arm {
  return { requests: a.requests + b.requests, events: a.events + b.events };
}
