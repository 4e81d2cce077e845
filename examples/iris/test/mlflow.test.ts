import { expect, test } from "vitest";
import { currentRun } from "../src/mlflow.ts";

test("the plug-in's scheme becomes HTTPS", async () => {
  const urls: string[] = [];
  const request: typeof fetch = async (url) => {
    urls.push(new Request(url).url);
    return new Response("{}");
  };

  await currentRun({ MLFLOW_TRACKING_URI: "azureml://host/mlflow/v1.0/x/", MLFLOW_RUN_ID: "r" }, request)?.log({}, {});

  expect(urls).toEqual(["https://host/mlflow/v1.0/x/api/2.0/mlflow/runs/log-batch"]);
});

test("outside a job nothing is logged", () => {
  expect(currentRun({})).toBeUndefined();
});
