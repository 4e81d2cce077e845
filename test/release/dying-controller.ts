/** A controller that kills itself at the stage that it is told, as `kill -9` would: nothing of it runs afterwards. */
import type { ArmClient } from "../../src/arm/index.ts";
import { release } from "../../src/mlops/index.ts";
import type { Reporter } from "../../src/report/index.ts";
import { contextOf, modelVersion, openWhereabouts, planOf, type Whereabouts } from "../support/release.ts";

export interface DyingOptions {
  readonly where: Whereabouts;
  readonly endpoint: string;
  readonly version: string;
  readonly rollout: object;
  readonly stage: Stage;
}

/** `making`: while Azure makes the deployment; `at N`: at a look while the candidate has N %. */
export type Stage = "before deploy" | "making" | "before smoke" | `at ${number}` | "after promotion";

const { where, endpoint, version, rollout, stage } = JSON.parse(process.argv[2] ?? "") as DyingOptions;

const die = () => process.kill(process.pid, "SIGKILL");

const workspace = await openWhereabouts(
  where,
  (client): ArmClient => ({
    ...client,
    put: async (path, apiVersion, body, signal) => {
      const isDeployment = path.includes("/deployments/");
      if (isDeployment && stage === "before deploy") die();
      const work = client.put(path, apiVersion, body, signal);
      if (isDeployment && stage === "making") setTimeout(die, 60);
      const answer = await work;
      if (isDeployment && stage === "before smoke") die();
      if (stage === "after promotion" && JSON.stringify(body).includes('"traffic":{"green":100}')) die();
      return answer;
    },
  }),
);
const context = contextOf();
const reporter: Reporter = {
  emit: (name, payload) => {
    if (name === "release.evidence" && "percent" in payload && stage === `at ${payload.percent}`) die();
  },
};
await release(
  workspace,
  planOf(endpoint, rollout),
  await modelVersion(workspace, version),
  { ...context, reporter },
  {
    owner: "the one that dies",
  },
);
