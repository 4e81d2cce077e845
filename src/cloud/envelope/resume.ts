import { ArmFault } from "../contract.ts";
import type { Envelope } from "./context.ts";
import type { Operation } from "./operations.ts";
import { runRemove } from "./remove.ts";
import { runWrite } from "./write.ts";

/** Takes up what a former run left in progress: writes and deletes are safe to run again, actions are not. */
export function resume(envelope: Envelope): void {
  for (const operation of envelope.operations.unfinished()) resumeOne(envelope, operation);
}

function resumeOne(envelope: Envelope, operation: Operation): void {
  const { documents, host, operations, registry } = envelope;
  const resource = documents.get(operation.resourceId);
  const spec = resource === undefined ? undefined : registry.type(resource.type)?.spec;
  if (operation.kind === "delete") {
    host.log("operation.resumed", { id: operation.id, resource: operation.resourceId });
    runRemove(envelope, operation);
  } else if (operation.kind === "write" && spec !== undefined) {
    host.log("operation.resumed", { id: operation.id, resource: operation.resourceId });
    runWrite(envelope, operation, spec);
  } else {
    operations.fail(
      operation,
      new ArmFault(
        500,
        "InternalServerError",
        "the service was restarted while this operation was running, and it cannot be taken up again",
      ),
    );
  }
}
