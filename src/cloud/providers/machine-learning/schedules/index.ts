import type { CloudHost, Resource, TypeSpec } from "../../../contract.ts";
import { flagAt, objectAt, requireText, textAt, withDefaults } from "../../common/body.ts";
import { badRequest, conflict, unsupported } from "../../common/faults.ts";
import { ML_API_VERSIONS } from "../versions.ts";
import { checkMonitor } from "./monitor.ts";
import { checkTrigger } from "./trigger.ts";

/** Schedules that monitor a model: kept, checked and shown. None ever runs here. */
export function schedules(host: CloudHost): TypeSpec {
  return {
    type: "workspaces/schedules",
    apiVersions: ML_API_VERSIONS,
    location: "inherited",
    name: {
      pattern: /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}$/,
      words: "1 to 255 letters, digits, underscores and hyphens, starting with a letter or digit",
    },
    status: { created: 201, updated: 200, deleted: 202 },
    durationMs: 10_000,
    deleteDurationMs: 5_000,
    admit: ({ id, body }) => admitSchedule(host, id, body),
    admitDelete({ name, properties }) {
      if (flagAt(properties, "isEnabled") !== false)
        throw conflict("ScheduleIsEnabled", `schedule ${name} is enabled; disable it before it is deleted (isEnabled false)`);
    },
  };
}

function admitSchedule(host: CloudHost, id: string, body: Resource): Resource {
  const action = requireText(body, "properties.action.actionType", "BadRequest");
  if (!["CreateMonitor", "CreateJob", "InvokeBatchEndpoint"].includes(action))
    throw badRequest("BadRequest", `properties.action.actionType is ${action}; it is one that creates a monitor or a job`);
  if (action !== "CreateMonitor") throw unsupported(`schedules with the action ${action}`);
  checkTrigger(objectAt(body, "properties.trigger"));
  checkMonitor(host, id, objectAt(body, "properties.action.monitorDefinition"));
  return {
    ...body,
    properties: withDefaults(body.properties, {
      displayName: textAt(body, "properties.displayName") ?? body.name,
      description: "",
      isEnabled: true,
      properties: {},
      tags: {},
    }),
  };
}
