import { readFile } from "node:fs/promises";
import { isObject, type JsonValue } from "../base/index.ts";
import type { Config } from "../config/index.ts";
import { checkParameters, type EvaluatedResource, evaluateProgram, type Parameter, type Program } from "../ir/index.ts";
import { checkBodies, checkDefinition } from "../platform/index.ts";
import { type Diagnostic, DiagnosticsError, EXIT, hasErrors, QuaysideError, type Reporter } from "../report/index.ts";

export interface ParameterSources {
  /** What `quayside.config.ts` says. */
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An ARM parameters file, as in `bicep/parameters.json`. */
  readonly file?: string | undefined;
  /** The flag --location, which is the parameter's short name. */
  readonly location?: string | undefined;
  /** `name=value` from the command line. */
  readonly assignments: readonly string[];
}

/** Collects the platform's parameters: the configuration, environment variables, then the file, then the command line; the later one wins. Throws every problem at once. */
export async function resolveParameters(
  program: Program,
  sources: ParameterSources,
  reporter: Reporter,
): Promise<Record<string, JsonValue>> {
  const values: Record<string, JsonValue> = {
    ...(sources.config.parameters as Record<string, JsonValue> | undefined),
    ...fromEnvironment(program, sources.env),
    ...(sources.file === undefined ? {} : await fromFile(sources.file)),
    ...(sources.location === undefined ? {} : { location: sources.location }),
    ...fromAssignments(program, sources.assignments),
  };
  const declared = checkParameters(program, values);
  // The platform's own rules need values of the declared types.
  const diagnostics: Diagnostic[] = hasErrors(declared)
    ? declared
    : [...declared, ...checkDefinition(values), ...checkBodies(bodies(program, values))];
  if (hasErrors(diagnostics)) throw new DiagnosticsError(diagnostics);
  for (const { code, at, message } of diagnostics) reporter.emit("warning", { code, message: `${at}: ${message}` });
  return values;
}

/** The definition as these values make it; rules about bodies do not depend on where it is deployed. */
function bodies(program: Program, parameters: Record<string, JsonValue>): readonly EvaluatedResource[] {
  const nowhere = "00000000-0000-0000-0000-000000000000";
  return evaluateProgram(program, {
    parameters,
    subscriptionId: nowhere,
    tenantId: nowhere,
    resourceGroup: { name: "any", location: "eastus" },
  }).resources;
}

function fromEnvironment(program: Program, env: ParameterSources["env"]): Record<string, JsonValue> {
  const found: Record<string, JsonValue> = {};
  for (const parameter of program.parameters) {
    const text = parameter.environment === undefined ? undefined : env[parameter.environment];
    if (text !== undefined && text !== "") found[parameter.name] = parseValue(parameter, text);
  }
  return found;
}

async function fromFile(file: string): Promise<Record<string, JsonValue>> {
  const bad = (message: string, cause?: unknown) =>
    new QuaysideError(`${file} ${message}`, { code: "parameters.bad-file", fault: "user", exitCode: EXIT.diagnostics, cause });
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw bad(`cannot be read: ${reasonOf(cause)}`, cause);
  });
  const written = text.replace(/^\uFEFF/, ""); // what some editors put first
  let content: JsonValue;
  try {
    content = JSON.parse(written) as JsonValue;
  } catch (cause) {
    throw bad(`is not JSON: ${cause instanceof Error ? cause.message : ""}`, cause);
  }
  // JSON is YAML, and YAML's reader sees what JSON.parse lets the last one win: a key that is there twice.
  const { parseDocument } = await import("yaml");
  const [twice] = parseDocument(written).errors.filter(({ code }) => code === "DUPLICATE_KEY");
  if (twice !== undefined) {
    const [key = ""] = /^"[^"]*"/.exec(written.slice(twice.pos[0])) ?? [];
    throw bad(`gives the key ${key} twice; the second is in line ${twice.linePos?.[0].line ?? 1}`);
  }
  if (!isObject(content) || !isObject(content.parameters)) throw bad('has no "parameters" object');
  return Object.fromEntries(
    Object.entries(content.parameters).map(([name, entry]) => {
      if (isObject(entry) && entry.reference !== undefined)
        throw bad(`gives parameter ${name} by a reference to a vault, which only az follows; give its "value"`);
      if (!isObject(entry) || entry.value === undefined) throw bad(`gives parameter ${name} no "value"`);
      return [name, entry.value];
    }),
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "its permissions forbid it",
};

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return REASONS[code] ?? (cause instanceof Error ? cause.message : "unknown");
}

function fromAssignments(program: Program, assignments: readonly string[]): Record<string, JsonValue> {
  const declared = new Map(program.parameters.map((parameter) => [parameter.name, parameter]));
  return Object.fromEntries(
    assignments.map((assignment) => {
      const at = assignment.indexOf("=");
      if (at < 1)
        throw new QuaysideError(`--parameter is ${JSON.stringify(assignment)}; it takes name=value`, {
          code: "cli.bad-parameter",
          fault: "user",
          exitCode: EXIT.usage,
        });
      const [name, text] = [assignment.slice(0, at), assignment.slice(at + 1)];
      const parameter = declared.get(name);
      return [name, parameter === undefined ? text : parseValue(parameter, text)];
    }),
  );
}

/** Text becomes what the declaration wants where it can; what cannot stays text, and the check says what is wrong with it. */
function parseValue(parameter: Parameter, text: string): JsonValue {
  switch (parameter.type) {
    case "string":
      return text;
    case "int":
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case "bool":
      return text === "true" ? true : text === "false" ? false : text;
    case "array":
    case "object":
      try {
        return JSON.parse(text) as JsonValue;
      } catch {
        return text;
      }
  }
}
