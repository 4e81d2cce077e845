/** The cloud that `crash.test.ts` kills: a workspace, an acknowledged blob, a running job; then it waits. */
import { createBlobAccess } from "../../planes/blob/index.ts";
import { ACCOUNT, startWorkspace } from "./fixture.ts";
import { jobFixture } from "./job-fixture.ts";

const [stateDir = ""] = process.argv.slice(2);
const fixture = await startWorkspace({ cloud: { stateDir, keep: true } });
const jobs = jobFixture(fixture);
const blobs = createBlobAccess(fixture.test.host);
await jobs.submit("running", { command: "sleep 300 & echo $!; sleep 300" });
let log = "";
while (!log.endsWith("\n")) {
  await new Promise((resolve) => setTimeout(resolve, 25));
  log = await jobs.log("running");
}
for (let number = 0; number < 20; number++)
  await blobs.write({ account: ACCOUNT, container: "azureml", path: `kept/${number}` }, String(number));
process.send?.({ pid: Number(log), workspace: fixture.workspace });
await new Promise(() => setInterval(() => {}, 1000));
