export { type Diagnostic, DiagnosticsError, formatDiagnostic, hasErrors, sortDiagnostics } from "./diagnostic.ts";
export { type ErrorDetails, type Fault, QuaysideError, UsageError, VerificationError } from "./error.ts";
export { EXIT, type ExitCode } from "./exit-code.ts";
export { Secret } from "./secret.ts";
