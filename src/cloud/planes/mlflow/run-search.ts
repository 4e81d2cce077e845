import { invalid } from "./fault.ts";
import type { Searchable } from "./filter.ts";
import type { Run } from "./records.ts";

const NUMBERS = ["start_time", "end_time", "created", "Created"];

/** What runs are searched and ordered by. */
export const RUN_SEARCH: Searchable<Run> = {
  entities: {
    attribute: "attributes",
    attributes: "attributes",
    attr: "attributes",
    run: "attributes",
    metric: "metrics",
    metrics: "metrics",
    param: "params",
    params: "params",
    parameter: "params",
    parameters: "params",
    tag: "tags",
    tags: "tags",
  },
  defaultEntity: "attributes",
  isNumber: (entity, key) => entity === "metrics" || (entity === "attributes" && NUMBERS.includes(key)),
  lookup: (run, entity, key) => {
    switch (entity) {
      case "metrics": {
        const value = run.metrics[key]?.value;
        return value === undefined ? undefined : Number(value);
      }
      case "params":
        return run.params[key];
      case "tags":
        return run.tags[key];
      default:
        return attribute(run, key);
    }
  },
};

function attribute(run: Run, key: string): string | number | undefined {
  switch (key) {
    case "run_id":
      return run.id;
    case "run_name":
    case "run name":
    case "Run name":
      return run.name;
    case "status":
      return run.status;
    case "user_id":
    case "user":
    case "User":
      return run.userId;
    case "artifact_uri":
      return artifactUri(run);
    case "start_time":
    case "created":
    case "Created":
      return run.startTime;
    case "end_time":
      return run.endTime;
    default:
      throw invalid(`runs have no attribute ${key}`);
  }
}

/** Clients upload through the server, which writes to the blobs that Azure ML's own clients read. */
export function artifactUri(run: Pick<Run, "id" | "experimentId">): string {
  return `mlflow-artifacts:/${run.experimentId}/${run.id}/artifacts`;
}
