import { checkProgram, type Program } from "../../ir/index.ts";
import { hasErrors, sortDiagnostics } from "../../report/index.ts";
import type { EmitResult } from "../result.ts";
import { azureLibrary } from "./azure-library.ts";
import { clusterLibrary } from "./cluster-library.ts";
import { COMMON_LIBRARY } from "./common-library.ts";
import { deployScript } from "./deploy.ts";
import { destroyScript } from "./destroy.ts";
import { scriptLimits } from "./limits.ts";
import { OBJECTS_LIBRARY } from "./objects-library.ts";
import { declarations, parametersLibrary } from "./parameters.ts";
import { PARAMETERS_JQ } from "./parameters-jq.ts";
import { PREFLIGHT_JQ, PREFLIGHT_LIBRARY } from "./preflight-library.ts";
import { TRAINING_JQ } from "./training-jq.ts";
import { apiVersions, VERIFY_LIBRARY } from "./verify-library.ts";
import { WHAT_IF_JQ } from "./what-if-jq.ts";

export { parameterTable } from "./parameters.ts";

/** The definition as two scripts for az, which deploy and remove `bicep/main.json`, and what they share. */
export function emitScripts(program: Program): EmitResult {
  const diagnostics = sortDiagnostics([...checkProgram(program), ...scriptLimits(program)]);
  if (hasErrors(diagnostics)) return { files: new Map(), diagnostics };
  return {
    files: new Map([
      ["scripts/deploy.sh", deployScript(program)],
      ["scripts/destroy.sh", destroyScript(program)],
      ["scripts/lib/api-versions.json", apiVersions(program)],
      ["scripts/lib/azure.sh", azureLibrary(program)],
      ["scripts/lib/cluster.sh", clusterLibrary(program)],
      ["scripts/lib/common.sh", COMMON_LIBRARY],
      ["scripts/lib/objects.sh", OBJECTS_LIBRARY],
      ["scripts/lib/parameters.jq", PARAMETERS_JQ],
      ["scripts/lib/parameters.json", declarations(program)],
      ["scripts/lib/parameters.sh", parametersLibrary(program)],
      ["scripts/lib/preflight.jq", PREFLIGHT_JQ],
      ["scripts/lib/preflight.sh", PREFLIGHT_LIBRARY],
      ["scripts/lib/training.jq", TRAINING_JQ],
      ["scripts/lib/verify.sh", VERIFY_LIBRARY],
      ["scripts/lib/what-if.jq", WHAT_IF_JQ],
    ]),
    diagnostics,
  };
}
