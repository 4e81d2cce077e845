import { EXIT, type ExitCode } from "./exit-code.ts";

/** Who has to act: the person who asked, the cloud that answered, or the wire between them. */
export type Fault = "user" | "azure" | "network";

export interface ErrorDetails {
  /** Words with dots, stable, e.g. `ops.quota-exceeded`. */
  readonly code: string;
  readonly fault: Fault;
  /** What to do about it, one line. */
  readonly hint?: string;
  readonly cause?: unknown;
  readonly exitCode?: ExitCode;
  /** One line for each of several things that are wrong. */
  readonly findings?: readonly string[];
}

/** The world said no. Thrown where it is noticed, caught at the command boundary or where it is retried. */
export class QuaysideError extends Error {
  override readonly name: string = "QuaysideError";
  readonly code: string;
  readonly fault: Fault;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;
  readonly findings: readonly string[];

  constructor(message: string, details: ErrorDetails) {
    super(message, { cause: details.cause });
    this.code = details.code;
    this.fault = details.fault;
    this.hint = details.hint;
    this.exitCode = details.exitCode ?? EXIT.failed;
    this.findings = details.findings ?? [];
  }
}

/** Something that was promised is not there, or a candidate did not pass its gate. */
export class VerificationError extends QuaysideError {
  override readonly name = "VerificationError";

  constructor(message: string, findings: readonly string[], details: Omit<ErrorDetails, "fault" | "exitCode" | "findings">) {
    super(message, { ...details, findings, fault: "azure", exitCode: EXIT.verification });
  }
}

/** A command was asked for in a way that cannot be understood. */
export class UsageError extends QuaysideError {
  override readonly name = "UsageError";

  constructor(message: string, details: Omit<ErrorDetails, "fault" | "exitCode">) {
    super(message, { ...details, fault: "user", exitCode: EXIT.usage });
  }
}
