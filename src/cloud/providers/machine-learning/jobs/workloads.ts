import type { CloudHost, Workload } from "../../../contract.ts";
import { textAt } from "../../common/body.ts";
import { computeNamespace, imageOf } from "../pods.ts";
import { lastLines } from "./log-end.ts";
import type { JobRunner } from "./runner.ts";

/** A pod for each job whose command runs on an attached cluster. */
export function jobWorkloads(host: CloudHost, runner: JobRunner): Workload[] {
  return runner.running.flatMap(({ jobId, cluster, command }): Workload[] => {
    const job = host.resources.get(jobId);
    if (job === undefined || cluster === undefined || command === undefined) return [];
    const compute = host.resources.get(textAt(job.properties, "computeId") ?? "");
    const { pid, startedAt, logFile } = command;
    return [
      {
        cluster,
        namespace: computeNamespace(compute),
        name: podName(job.name),
        controller: "none",
        manager: "amloperator",
        labels: { "ml.azure.com/job-name": labelValue(job.name) },
        container: { name: "main", image: imageOf(host, job.properties) },
        processes: [{ id: job.name, pid, ready: true, startedAt, restarts: 0 }],
        logs: (_, lines) => lastLines(logFile, lines),
      },
    ];
  });
}

/** Names of jobs may have capitals and underscores, those of pods not. */
function podName(job: string): string {
  return `${job.toLowerCase().replaceAll("_", "-").slice(0, 240).replace(/-+$/, "")}-worker-0`;
}

function labelValue(text: string): string {
  return text.slice(0, 63).replace(/[^A-Za-z0-9]+$/, "");
}
