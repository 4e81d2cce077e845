import { ArmFault } from "../contract.ts";

/** A template that cannot be deployed as it stands: 400 `InvalidTemplate`. */
export function invalidTemplate(message: string, target?: string): ArmFault {
  return new ArmFault(400, "InvalidTemplate", message, target === undefined ? {} : { target });
}

/** An expression that cannot be parsed or evaluated; `at` adds the place where it stands. */
export class ExpressionFault extends ArmFault {
  constructor(message: string) {
    super(400, "InvalidTemplate", message);
  }
}

/** A value that nobody knows before the deployment runs, because it comes from `reference()` or `list*()`. */
export class Pending extends Error {
  override readonly name = "Pending";
}

/** Runs `work` and names the place in the message of what it refuses. */
export function at<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionFault)
      throw invalidTemplate(`unable to process the template language expression at ${place}: ${error.message}`, place);
    throw error;
  }
}
