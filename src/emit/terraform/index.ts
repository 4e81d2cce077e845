import { checkProgram, type Program } from "../../ir/index.ts";
import { hasErrors, sortDiagnostics } from "../../report/index.ts";
import { createNames } from "../bicep/names.ts";
import type { EmitResult } from "../result.ts";
import { createContext } from "./context.ts";
import { file } from "./layout.ts";
import { terraformLimits } from "./limits.ts";
import { printLocals } from "./locals.ts";
import { loopDocs } from "./loops.ts";
import { resourceDocs } from "./resource.ts";
import { BACKEND_EXAMPLE, mainFile, outputsFile, versionsFile } from "./root.ts";
import { exampleValues, type VariableRow, variableRows } from "./variables.ts";

/** The definition as one Terraform root module on the AzAPI provider: a file per concern. */
export function emitTerraform(program: Program): EmitResult {
  const wrong = checkProgram(program);
  if (hasErrors(wrong)) return { files: new Map(), diagnostics: wrong };
  const diagnostics = sortDiagnostics([...wrong, ...terraformLimits(program)]);
  if (hasErrors(diagnostics)) return { files: new Map(), diagnostics };

  const context = createContext(program);
  const rows = variableRows(context);
  const locals = printLocals(context);
  const fileName = createNames(["main", "versions", "variables", "locals", "outputs", "backend"]);
  const concerns = [...new Set(program.resources.map(({ concern }) => concern))].map((concern) => ({
    name: fileName(concern, `${concern}-resources`),
    text: file(
      program.resources
        .filter((resource) => resource.concern === concern)
        .flatMap((resource) => {
          const place = context.places.get(resource.symbol);
          if (place === undefined) return resourceDocs(context, locals, resource);
          return place.index === 0 ? loopDocs(context, locals, place.loop) : [];
        }),
    ),
  }));
  const files = new Map([
    ["terraform/versions.tf", versionsFile()],
    ["terraform/main.tf", mainFile()],
    ["terraform/variables.tf", file(rows.map(({ doc }) => doc))],
    ...(locals.doc === undefined ? [] : [["terraform/locals.tf", file([locals.doc])] as const]),
    ...concerns.map(({ name, text }) => [`terraform/${name}.tf`, text] as const),
    ...(program.outputs.length === 0 ? [] : [["terraform/outputs.tf", outputsFile(context)] as const]),
    ["terraform/terraform.tfvars.example", exampleValues(rows)],
    ["terraform/backend.tf.example", BACKEND_EXAMPLE],
  ]);
  if (hasErrors(context.problems))
    return { files: new Map(), diagnostics: sortDiagnostics([...diagnostics, ...context.problems]) };
  return { files, diagnostics };
}

/** The variables as rows of a document; the program is one that can be printed. */
export function terraformVariables(program: Program): readonly Omit<VariableRow, "doc">[] {
  return variableRows(createContext(program)).map(({ doc: _doc, ...row }) => row);
}
