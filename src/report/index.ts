export { type Diagnostic, DiagnosticsError, formatDiagnostic, hasErrors, sortDiagnostics } from "./diagnostic.ts";
export { type ErrorDetails, type Fault, QuaysideError, UsageError, VerificationError } from "./error.ts";
export {
  type EventName,
  type Events,
  type Progress,
  type RecordedEvent,
  type Reporter,
  recordingReporter,
  step,
} from "./events.ts";
export { EXIT, type ExitCode } from "./exit-code.ts";
export { Secret } from "./secret.ts";
