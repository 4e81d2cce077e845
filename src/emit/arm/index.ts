import { checkProgram, type Program } from "../../ir/index.ts";
import { hasErrors, sortDiagnostics } from "../../report/index.ts";
import type { EmitResult } from "../result.ts";
import { armLimits } from "./limits.ts";
import { armTemplate } from "./template.ts";

export { armParameters, armParameterValues, armTemplate } from "./template.ts";

/** The definition as one ARM template, `bicep/main.json`. */
export function emitArm(program: Program): EmitResult {
  const wrong = checkProgram(program);
  if (hasErrors(wrong)) return { files: new Map(), diagnostics: wrong };
  const template = armTemplate(program);
  const text = `${JSON.stringify(template, undefined, 2)}\n`;
  const diagnostics = sortDiagnostics([...wrong, ...armLimits(program, template, text)]);
  return { files: hasErrors(diagnostics) ? new Map() : new Map([["bicep/main.json", text]]), diagnostics };
}
