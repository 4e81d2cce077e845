import type { CloudHost, Principal, Resource } from "../../../contract.ts";
import { objectAt, textAt } from "../../common/body.ts";

/** Outputs with an `assetName` become versions of a model or a data asset when the job has completed. */
export async function registerOutputs(host: CloudHost, workspace: Resource, job: Resource, submitter: Principal): Promise<void> {
  for (const [output, settings] of Object.entries(objectAt(job.properties, "outputs"))) {
    const name = textAt(settings, "assetName");
    if (name === undefined) continue;
    const type = textAt(settings, "jobOutputType") ?? "";
    const isModel = type.endsWith("_model");
    const container = `${workspace.id}/${isModel ? "models" : "data"}/${name}`;
    const version = textAt(settings, "assetVersion") ?? textAt(host.resources.view(container), "properties.nextVersion") ?? "1";
    const uri = `azureml://jobs/${job.name}/outputs/${output}`;
    const properties = isModel ? { modelType: type, modelUri: uri, jobName: job.name } : { dataType: type, dataUri: uri };
    await host.resources.put(`${container}/versions/${version}`, "2024-04-01", { properties }, submitter);
  }
}
