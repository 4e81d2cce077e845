import type { NamespaceAction, ProviderFactory } from "../../contract.ts";
import { unsupported } from "../common/faults.ts";

/** Compliance is worked out by Azure Policy from what it has seen; nothing here does that, so nothing is answered. */
const refused = (path: string, permission: string): NamespaceAction => ({
  method: "POST",
  path,
  permission,
  run() {
    throw unsupported(`${path} of Microsoft.PolicyInsights (no compliance is worked out)`);
  },
});

/** Microsoft.PolicyInsights: the namespace that Azure Policy and its add-on want registered. */
export const createPolicyInsights: ProviderFactory = () => ({
  namespace: "Microsoft.PolicyInsights",
  types: [],
  actions: [
    refused("policyStates/latest/queryResults", "policyStates/queryResults/action"),
    refused("policyStates/latest/summarize", "policyStates/summarize/action"),
    refused("policyStates/latest/triggerEvaluation", "policyStates/triggerEvaluation/action"),
  ],
});
