import { QuaysideError } from "./error.ts";
import { EXIT } from "./exit-code.ts";

/** A problem in a definition: a value, not an exception, so that all of them can be shown at once. */
export interface Diagnostic {
  /** Words with dots, stable, e.g. `platform.subnets-overlap`. */
  readonly code: string;
  readonly severity: "error" | "warning";
  /** What is wrong, with the value seen: lower case, one line, no full stop. */
  readonly message: string;
  /** A path in the settings, e.g. `parameters.nodeSubnetPrefix`. */
  readonly at: string;
  /** What to do. */
  readonly help?: string;
}

export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === "error");
}

/** Errors before warnings, then by place, then by code: the same problems always print in the same order. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) =>
      a.severity.localeCompare(b.severity) || a.at.localeCompare(b.at, "en", { numeric: true }) || a.code.localeCompare(b.code),
  );
}

export function formatDiagnostic(diagnostic: Diagnostic): string {
  const help = diagnostic.help === undefined ? "" : `; ${diagnostic.help}`;
  return `${diagnostic.severity} ${diagnostic.code} at ${diagnostic.at}: ${diagnostic.message}${help}`;
}

/** Carries diagnostics across the command boundary. */
export class DiagnosticsError extends QuaysideError {
  override readonly name = "DiagnosticsError";
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const sorted = sortDiagnostics(diagnostics);
    super(sorted.map(formatDiagnostic).join("\n"), { code: "definition.invalid", fault: "user", exitCode: EXIT.diagnostics });
    this.diagnostics = sorted;
  }
}
