/** How a resource, a job or an endpoint is doing, in words that fit a line. */
export type Progress = "waiting" | "running" | "succeeded" | "failed";

/** Everything Quayside says while it works: rooms emit these, renderers turn them into text. Names and payloads are stable (`--json`). */
export interface Events {
  /** A named part of a command begins; ends with `step.done` or `step.failed`. */
  "step.started": { readonly step: string; readonly title: string };
  /** `summary` says what came of it. */
  "step.done": { readonly step: string; readonly title: string; readonly ms: number; readonly summary?: string };
  /** What failed is told once more by the command's error. */
  "step.failed": {
    readonly step: string;
    readonly title: string;
    readonly ms: number;
    readonly code: string;
    readonly message: string;
  };
  /** A resource of a deployment changed its state. */
  "resource.changed": {
    readonly id: string;
    readonly type: string;
    readonly name: string;
    readonly state: Progress;
    readonly ms?: number;
  };
  /** An object of the Kubernetes API is on the cluster as it should be. */
  "object.applied": {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
    readonly change: "created" | "configured" | "unchanged";
  };
  /** A job changed its status, in Azure ML's words. */
  "job.status": { readonly job: string; readonly status: string };
  /** A line that a job wrote. */
  "job.log": { readonly job: string; readonly line: string };
  /** A model version stands in the workspace, with what its training measured. */
  "model.registered": { readonly name: string; readonly version: string; readonly metrics: Readonly<Record<string, number>> };
  /** The gate's verdict about a candidate. */
  "gate.decided": {
    readonly model: string;
    readonly version: string;
    readonly accepted: boolean;
    readonly reasons: readonly string[];
  };
  /** Percent of the requests for each deployment, from now on. */
  "endpoint.traffic": { readonly endpoint: string; readonly traffic: Readonly<Record<string, number>> };
  /** What the load saw up to now. */
  "load.progress": { readonly sent: number; readonly failed: number; readonly p50Ms: number; readonly p99Ms: number };
  /** What is known about the candidate of a release against the stable version, after each look. */
  "release.evidence": {
    readonly endpoint: string;
    /** Of the candidate; 0 while it gets copies only. */
    readonly percent: number;
    /** That the release has watched; those between a crash and its resumption are not among them. */
    readonly seconds: number;
    /** What the evidence comes from: users' requests as the router counts them, and those that the release adds. */
    readonly requestsPerSecond: { readonly users: number; readonly own: number };
    readonly metrics: readonly {
      readonly name: string;
      readonly candidate: { readonly requests: number; readonly events: number };
      readonly stable: { readonly requests: number; readonly events: number };
      /** Candidate minus stable, always-valid 95 % interval. */
      readonly difference: { readonly estimate: number; readonly low: number; readonly high: number };
      /** Share of the evidence that the decision needs: at 1 it is made. */
      readonly toRollBack: number;
      readonly toGoOn: number;
    }[];
    /** How many rows each version answered, and of how many the truth is known. */
    readonly truth?: {
      readonly answered: { readonly candidate: number; readonly stable: number };
      readonly labelled: { readonly candidate: number; readonly stable: number };
      readonly unknown: number;
      readonly duplicates: number;
      readonly conflicts: number;
      readonly misfits: number;
    };
    /** If the candidate is as good as the stable version; absent when that takes longer than the release may. */
    readonly expectedSeconds?: number;
  };
  /** The stable version has all traffic again. */
  "release.rolled-back": { readonly endpoint: string; readonly reason: string };
  /** Something worth knowing that is not a failure. */
  note: { readonly message: string };
  /** Nothing failed, but somebody should look. */
  warning: { readonly code: string; readonly message: string };
}

export type EventName = keyof Events;

/** The library's only way to speak. It never prints; the command line's renderers do. */
export interface Reporter {
  emit<Name extends EventName>(name: Name, payload: Events[Name]): void;
}

export interface RecordedEvent {
  readonly name: EventName;
  readonly payload: Events[EventName];
}

/** Keeps what was said, for tests and for callers that want it afterwards. */
export function recordingReporter(): Reporter & { readonly events: readonly RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  return { events, emit: (name, payload) => void events.push({ name, payload }) };
}

/** Runs `work` between `step.started` and `step.done` or `step.failed`. */
export async function step<T>(
  reporter: Reporter,
  name: { readonly step: string; readonly title: string },
  work: () => Promise<T>,
  summarize?: (result: T) => string,
): Promise<T> {
  const started = performance.now();
  reporter.emit("step.started", name);
  try {
    const result = await work();
    const summary = summarize?.(result);
    reporter.emit("step.done", { ...name, ms: performance.now() - started, ...(summary === undefined ? {} : { summary }) });
    return result;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "internal";
    reporter.emit("step.failed", { ...name, ms: performance.now() - started, code, message });
    throw error;
  }
}
