import { addBlocks, type Block, EMPTY } from "../statistics/two-rates.ts";
import { type Answered, readAnswer } from "./answers.ts";
import type { CollectedAnswers } from "./collected-answers.ts";
import type { Labels } from "./labels.ts";
import type { SampleTruth } from "./sample-truth.ts";
import type { TruthCounts } from "./truth-join.ts";

/** Judges answers once their truth is known, and estimates how many are wrong before. */
export interface Quality {
  /** An answer to one of our own requests. */
  answered(arm: keyof Block, own: { readonly body: number; readonly requestId: string; readonly answer: string }): void;
  take(): Promise<Judged>;
}

export interface Judged {
  /** `wrong`: answers whose truth has become known; `estimated-wrong`: by confidence, for answers as they came. */
  readonly blocks: Readonly<Record<string, Block>>;
  readonly truth?: TruthCounts;
}

export interface QualityOptions {
  readonly samples?: SampleTruth | undefined;
  readonly labels?: Labels | undefined;
  /** What users were answered; then our own answers are among them and are not taken from us. */
  readonly collected?: CollectedAnswers | undefined;
  /** For each version, the chance to be right at a confidence; without it nothing is estimated. */
  readonly calibrated?: Readonly<Record<keyof Block, (confidence: number) => number>> | undefined;
}

export function createQuality({ samples, labels, collected, calibrated }: QualityOptions): Quality {
  let estimated: Block = EMPTY;

  const note = (answer: Answered) => {
    const { arm, confidence } = answer;
    samples?.answered(answer);
    labels?.answered(answer);
    if (calibrated !== undefined && confidence !== undefined)
      estimated = addBlocks(estimated, { ...EMPTY, [arm]: { requests: 1, events: 1 - calibrated[arm](confidence) } });
  };

  return {
    answered(arm, { body, requestId, answer }) {
      const read = collected === undefined ? readAnswer(answer) : undefined;
      if (read !== undefined) note({ arm, body, requestId, ...read });
    },
    async take() {
      for (const answer of (await collected?.read()) ?? []) note(answer);
      await labels?.refresh();
      const blocks: Record<string, Block> = {};
      if (calibrated !== undefined) blocks["estimated-wrong"] = estimated;
      estimated = EMPTY;
      const wrong = labels?.take() ?? (await samples?.take());
      if (wrong !== undefined) blocks.wrong = wrong;
      return { blocks, ...(labels === undefined ? {} : { truth: labels.counts }) };
    },
  };
}
