import { type Expr, equals, type Input, not, type ResourceHandle } from "../ir/index.ts";
import type { Identities } from "./identity.ts";
import type { Settings } from "./settings.ts";

/** Whom a role is given to. */
export interface Principal {
  /** Known before deployment: together with scope and role it names the assignment. */
  readonly key: Expr<string>;
  readonly objectId: Expr<string>;
  /** A service principal unless told. */
  readonly type?: Input<string>;
  /** When there is one, where that is not always so. */
  readonly given?: Expr<boolean>;
}

/** A user-assigned identity. */
export function identityPrincipal(identity: ResourceHandle): Principal {
  return { key: identity.id, objectId: identity.get("properties", "principalId") };
}

/** The system-assigned identity of a resource. */
export function systemPrincipal(resource: ResourceHandle): Principal {
  return { key: resource.id, objectId: resource.get("identity", "principalId") };
}

/** The identity that AKS gives to an extension of a cluster. */
export function extensionPrincipal(extension: ResourceHandle): Principal {
  return { key: extension.id, objectId: extension.get("properties", "aksAssignedIdentity", "principalId") };
}

/** Whoever runs the model pipeline. */
export function operatorPrincipal({ operatorObjectId, operatorType }: Settings): Principal {
  return somebody(operatorObjectId, operatorType);
}

/** Who works in a workspace: its jobs, its models, and whoever runs the pipeline. */
export function workspacePrincipals(settings: Settings, { training, endpoint }: Identities) {
  return { training: identityPrincipal(training), endpoint: identityPrincipal(endpoint), operator: operatorPrincipal(settings) };
}

/** Whoever applies what belongs on the cluster. */
export function clusterOperatorPrincipal({ clusterOperatorObjectId, clusterOperatorType }: Settings): Principal {
  return somebody(clusterOperatorObjectId, clusterOperatorType);
}

/** Whoever deploys the platform from a pipeline. */
export function deployerPrincipal({ deployerObjectId, deployerType }: Settings): Principal {
  return somebody(deployerObjectId, deployerType);
}

function somebody(objectId: Expr<string>, type: Expr<string>): Principal {
  return { key: objectId, objectId, type, given: not(equals(objectId, "")) };
}
