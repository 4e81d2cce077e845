import { vmSize } from "../../azure/index.ts";

export interface OfferedSize {
  readonly name: string;
  readonly vCpus: number;
  readonly gpus: number;
}

const MOST_NAMED = 3;

/** What to do about a size that cannot be had: sizes to take instead, with GPUs or without as it has, near to it in vCPUs, then in name. */
export function instead(size: string, offered: readonly OfferedSize[]): string {
  const near = nearSizes(size, offered);
  return near.length === 0 ? "choose another region" : `choose another size, such as ${near.join(", ")}, or another region`;
}

export function nearSizes(size: string, offered: readonly OfferedSize[]): string[] {
  const vCpus = vmSize(size)?.vCpus ?? Number(/^Standard_[A-Z]+(\d+)/i.exec(size)?.[1] ?? 4);
  const wantsGpu = (vmSize(size)?.gpus ?? (/^Standard_N/i.test(size) ? 1 : 0)) > 0;
  const distance = (candidate: OfferedSize) => Math.abs(Math.log2(Math.max(1, candidate.vCpus) / Math.max(1, vCpus)));
  return offered
    .filter(({ gpus }) => gpus > 0 === wantsGpu)
    .sort(
      (a, b) =>
        distance(a) - distance(b) ||
        commonStart(b.name, size) - commonStart(a.name, size) ||
        a.name.localeCompare(b.name, "en", { numeric: true }),
    )
    .slice(0, MOST_NAMED)
    .map(({ name }) => name);
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length]?.toLowerCase() === b[length]?.toLowerCase()) length++;
  return length;
}
