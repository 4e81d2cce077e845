import { type ActionSpec, ArmFault } from "../../contract.ts";

/** What several namespaces refuse in the same way; codes are Azure's. */
export function badRequest(code: string, message: string, target?: string): ArmFault {
  return new ArmFault(400, code, message, target === undefined ? {} : { target });
}

export function conflict(code: string, message: string): ArmFault {
  return new ArmFault(409, code, message);
}

export function forbidden(code: string, message: string): ArmFault {
  return new ArmFault(403, code, message);
}

export function notFound(code: string, message: string): ArmFault {
  return new ArmFault(404, code, message);
}

/** Something that Azure has and this cloud has not: refused by name, so nobody takes silence for support. */
export function unsupported(feature: string): ArmFault {
  return new ArmFault(400, "FeatureNotSupported", `the embedded Azure does not support ${feature}; see docs/parity.md`, {
    headers: { "x-ms-quayside-unsupported": feature },
  });
}

/** A POST action that exists on Azure and not here. */
export function refusedAction(permission: string, feature: string): ActionSpec {
  return {
    permission,
    run() {
      throw unsupported(feature);
    },
  };
}
