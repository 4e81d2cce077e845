import { afterAll, beforeAll, expect, test } from "vitest";
import type { Resource } from "../../contract.ts";
import { ACCOUNT, startWorkspace, type WorkspaceFixture } from "./fixture.ts";
import { resolveUri } from "./uris.ts";
import { requireWorkspace } from "./workspace-of.ts";

let fixture: WorkspaceFixture;
let workspace: Resource;
beforeAll(async () => {
  fixture = await startWorkspace();
  workspace = requireWorkspace(fixture.test.host, fixture.workspace);
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
});

const place = (uri: string) => {
  const { account, container, path } = resolveUri(fixture.test.host, workspace, uri).location;
  return [account, container, path];
};

test("a datastore's paths are found in every form that clients write", () => {
  const { subscriptionId } = fixture.test.cloud;
  const short = "azureml://datastores/workspaceartifactstore/paths/a/b.txt";
  const long = `azureml://subscriptions/${subscriptionId}/resourcegroups/rg-ml/workspaces/mlw-fixture/datastores/workspaceartifactstore/paths/a/b.txt`;
  const byId = `azureml:/${fixture.workspace}/datastores/workspaceartifactstore/paths/a/b.txt`;
  const blob = `https://${ACCOUNT}.blob.core.rehearsal.test/azureml/a/b.txt`;

  for (const uri of [short, long, byId, blob]) expect(place(uri), uri).toEqual([ACCOUNT, "azureml", "a/b.txt"]);
});

test("a run's files are in the artifact container", () => {
  expect(place("runs:/run-1/model")).toEqual([ACCOUNT, "azureml", "ExperimentRun/dcid.run-1/model"]);
});

test.each([
  [
    "another workspace",
    "azureml://subscriptions/s/resourcegroups/g/workspaces/other/datastores/workspaceblobstore/paths/a",
    "another workspace",
  ],
  ["a file share", "azureml://datastores/workspacefilestore/paths/a", "share"],
  ["an unknown datastore", "azureml://datastores/none/paths/a", "datastore none"],
  ["an unknown job", "azureml://jobs/none/outputs/model/paths/a", "job none"],
  ["the web", "https://example.org/a", "example.org"],
])("%s is refused", (_title, uri, words) => {
  expect(() => place(uri)).toThrow(words);
});
