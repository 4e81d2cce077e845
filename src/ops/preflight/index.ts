import { type ArmClient, ArmError } from "../../arm/index.ts";
import { QuaysideError } from "../../report/index.ts";
import { type Ask, createAsk, type PreflightRequest } from "./ask.ts";
import type { Finding } from "./finding.ts";
import { unsupportedKubernetes } from "./kubernetes.ts";
import { keptLogNames, takenNames, takenVaultNames } from "./names.ts";
import { missingProviders } from "./providers.ts";
import { type MeasuredQuota, measureQuotas } from "./quotas.ts";
import { unknownRegion } from "./region.ts";
import { foreignResourceGroup } from "./resource-group.ts";
import { missingSizes } from "./sizes.ts";
import { missingTrainingSizes } from "./training.ts";

export type { PreflightRequest, Wanted } from "./ask.ts";
export type { Finding } from "./finding.ts";
export type { MeasuredQuota } from "./quotas.ts";

export interface Preflight {
  /** What Azure would refuse. */
  readonly refusals: readonly Finding[];
  readonly warnings: readonly Finding[];
  readonly quotas: readonly MeasuredQuota[];
}

const CHECKS: Readonly<Record<string, (ask: Ask) => Promise<readonly Finding[]>>> = {
  "the resource group": foreignResourceGroup,
  "resource providers": missingProviders,
  names: takenNames,
  "names of vaults": takenVaultNames,
  "names of log workspaces": keptLogNames,
  "sizes and zones": missingSizes,
  "sizes of training clusters": missingTrainingSizes,
  "versions of Kubernetes": unsupportedKubernetes,
};

/** A check that could not be made says nothing about what it would have found. */
export const isUnchecked = ({ code }: Finding): boolean => code === "ops.not-checked";

/** Asks the subscription what it would refuse minutes into a deployment. Reads only; nothing is made. */
export async function preflight(client: ArmClient, request: PreflightRequest, signal: AbortSignal): Promise<Preflight> {
  const ask = createAsk(client, request, signal);
  const nowhere = (await asked("the region", () => unknownRegion(ask))).filter((finding) => !isUnchecked(finding));
  if (nowhere.length > 0) return { refusals: nowhere, warnings: [], quotas: [] };
  const quotas: MeasuredQuota[] = [];
  const measured = async (of: MeasuredQuota["of"]) => {
    const answer = await measureQuotas(ask, of);
    quotas.push(...answer.quotas);
    return answer.findings;
  };
  const findings = await Promise.all([
    ...Object.entries(CHECKS).map(([what, check]) => asked(what, () => check(ask))),
    asked("quotas", () => measured("Microsoft.Compute")),
    asked("quotas of Azure ML", () => measured("Microsoft.MachineLearningServices")),
  ]);
  const all = findings.flat();
  return {
    refusals: all.filter(({ isWarning }) => isWarning !== true),
    warnings: all.filter(({ isWarning }) => isWarning === true),
    quotas,
  };
}

/** Whoever may deploy may not always read what is asked here; the deployment then tells. */
async function asked(what: string, check: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ArmError)) throw error;
    return [
      {
        code: "ops.not-checked",
        message: `${what} could not be checked beforehand: ${error.code}: ${error.message}`,
        hint: "the deployment itself tells whether Azure takes them",
        isWarning: true,
      },
    ];
  }
}

/** Throws what Azure would refuse, all at once. */
export function refuse({ refusals }: Pick<Preflight, "refusals">): void {
  const [first] = refusals;
  if (first === undefined) return;
  if (refusals.length === 1) throw new QuaysideError(first.message, { code: first.code, fault: "user", hint: first.hint });
  throw new QuaysideError(`Azure would refuse ${refusals.length} things; nothing was made`, {
    code: first.code,
    fault: "user",
    findings: refusals.map(findingLine),
  });
}

export function findingLine({ code, message, hint }: Finding): string {
  return `${code}: ${message} (${hint})`;
}
