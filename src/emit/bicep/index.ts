import type { JsonValue } from "../../base/index.ts";
import { checkParameters, checkProgram, type Program } from "../../ir/index.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "../../report/index.ts";
import type { EmitResult } from "../result.ts";
import { createContext } from "./context.ts";
import { bicepLimits } from "./limits.ts";
import { printMain } from "./main.ts";
import { printModule } from "./module.ts";
import { allParameters, ownParameters } from "./parameters.ts";

/** The definition as Bicep: `main.bicep`, a module per concern, a parameters file with the given values beside the plain defaults, and one to begin with for each environment. */
export function emitBicep(program: Program, values: Readonly<Record<string, JsonValue>> = {}): EmitResult {
  const wrong = checkProgram(program);
  if (hasErrors(wrong)) return { files: new Map(), diagnostics: wrong };
  const diagnostics = sortDiagnostics([...wrong, ...bicepLimits(program), ...checkGiven(program, values)]);
  if (hasErrors(diagnostics)) return { files: new Map(), diagnostics };

  const context = createContext(program);
  const modules = context.placement.concerns.map((concern) => printModule(context, concern));
  const main = printMain(context, modules);
  const texts = modules.map(({ concern, text }) => [`bicep/modules/${concern}.bicep`, text()] as const);
  if (hasErrors(context.problems))
    return { files: new Map(), diagnostics: sortDiagnostics([...diagnostics, ...unique(context.problems)]) };
  return {
    files: new Map([["bicep/main.bicep", main], ...texts, ["bicep/parameters.json", allParameters(program, values)]]),
    own: new Map(ownParameters(program)),
    diagnostics,
  };
}

/** The same value may be taken by several modules. */
function unique(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [`${diagnostic.code} ${diagnostic.at}`, diagnostic])).values()];
}

/** A value that is missing is the deployer's to give; one that is wrong is an error already. */
function checkGiven(program: Program, values: Readonly<Record<string, JsonValue>>): Diagnostic[] {
  return checkParameters(program, values).filter((diagnostic) => diagnostic.code !== "parameter.missing");
}
