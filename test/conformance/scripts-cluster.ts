import assert from "node:assert/strict";
import { join } from "node:path";
import { type Rehearsed, rehearse, type Suite, succeeded, words } from "./suite.ts";

const GROUP = "rg-cluster";

/** What `scripts/deploy.sh` does on clusters of other kinds: with GPU nodes, and with an API server that only Azure reaches. */
export const scriptsClusterSuite: Suite = {
  name: "scripts-cluster",
  needs: ["az", "bash", "jq", "kubectl"],
  wants: ["kubelogin"],
  async run(stage) {
    const { check } = stage;
    await using cloud = await rehearse(stage);

    await check("deploy.sh tells a quota that is too small before anything is made", async () => {
      const { code, err } = await deploy(
        cloud,
        "--enable-gpu-nodes=true --enable-auto-scaling=false --gpu-node-vm-size=Standard_NC24ads_A100_v4",
      );
      assert.match(err, /error: quota \S.* has 0 vCPUs left in eastus, and \S+ need 24/);
      assert.equal(code, 1);
      assert.equal(succeeded(await cloud.exec("az", words(`group exists --name ${GROUP}`))).trim(), "false");
    });

    await check("deploy.sh tells a name that somebody else has", async () => {
      succeeded(await cloud.exec("az", words("group create --name rg-other --location eastus")));
      succeeded(await cloud.exec("az", words("acr create --resource-group rg-other --name acrmlopstaken1 --sku Basic")));
      const { code, err } = await deploy(cloud, "--name-suffix taken1");
      assert.match(err, /acrmlopstaken1/);
      assert.equal(code, 1);
    });

    await check("with GPU nodes, the component for them is applied too", async () => {
      assert.match(succeeded(await deploy(cloud, "--grant-access --enable-gpu-nodes true")), /serverside-applied/);
      const invoke = words(`aks command invoke --resource-group ${GROUP} --name aks-mlops-cluster --command`);
      assert.match(succeeded(await cloud.exec("az", [...invoke, "kubectl get instancetypes -o name"])), /\/gpu/);
      succeeded(await destroy(cloud));
    });

    await check("objects reach a private cluster through az aks command invoke", async () => {
      const out = succeeded(
        await deploy(
          cloud,
          "--grant-access --environment-name staging --profile-overrides",
          '{"privateApiServer":true,"disableRunCommand":false}',
        ),
      );
      assert.match(out, /serverside-applied/);
      assert.match(out, /\d+ resources are as promised/);
      succeeded(await destroy(cloud));
    });
  },
};

function deploy(cloud: Rehearsed, flags: string, ...more: string[]) {
  return cloud.exec(join(cloud.printed, "scripts", "deploy.sh"), ["--yes", "--resource-group", GROUP, ...words(flags), ...more]);
}

function destroy(cloud: Rehearsed) {
  return cloud.exec(join(cloud.printed, "scripts", "destroy.sh"), ["--yes", "--purge", "--resource-group", GROUP]);
}
