import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { onPath } from "./install.ts";
import { type Rehearsed, rehearse, type Suite, start, succeeded, words } from "./suite.ts";

const GROUP = "rg-scripts";

/** `scripts/deploy.sh` and `scripts/destroy.sh` with the real az, as a person runs them. */
export const scriptsSuite: Suite = {
  name: "scripts",
  needs: ["az", "bash", "jq", "shellcheck"],
  wants: ["kubectl"],
  async run(stage) {
    const { check, tools } = stage;
    await using cloud = await rehearse(stage);
    await check("shellcheck finds nothing", async () => {
      const folder = join(cloud.printed, "scripts");
      const files = [folder, join(folder, "lib")].flatMap((path) =>
        readdirSync(path)
          .filter((name) => name.endsWith(".sh"))
          .map((name) => join(path, name)),
      );
      assert.ok(files.length >= 7);
      succeeded(await start(tools.shellcheck?.program ?? "shellcheck", ["--external-sources", ...files]));
    });
    const deploy = (...flags: string[]) => script(cloud, "deploy.sh", flags);
    const destroy = (...flags: string[]) => script(cloud, "destroy.sh", flags);
    let afterFirst = "";

    await check("deploy.sh --what-if shows everything and leaves nothing", async () => {
      const out = succeeded(await deploy("--what-if"));
      assert.match(out, /Resource changes: \d+ to create\./);
      assert.deepEqual(await groups(cloud), []);
    });

    await check("deploy.sh without a yes deploys nothing and leaves nothing", async () => {
      const { code, err } = await deploy();
      assert.match(err, /nothing was deployed/);
      assert.equal(code, 5);
      assert.deepEqual(await groups(cloud), []);
    });

    await check("deploy.sh says beforehand what Azure ML would refuse, and can leave the cluster out", async () => {
      succeeded(await cloud.quayside("cloud quota set TotalLowPriorityCores 0 --machine-learning"));
      const { code, err } = await deploy("--yes");
      assert.match(
        err,
        /quota TotalLowPriorityCores of Azure ML is 0 vCPUs in eastus, and a node of training cluster spot-cluster/,
      );
      assert.equal(code, 1);
      succeeded(await deploy("--what-if", "--profile-overrides", '{"lowPriorityCluster":false}'));
      succeeded(await cloud.quayside("cloud quota set TotalLowPriorityCores 100 --machine-learning"));
      assert.deepEqual(await groups(cloud), []);
    });

    await check("deploy.sh asks about the region of the platform, whatever that of its group is", async () => {
      const group = words("group create --name rg-elsewhere --location westeurope --tags managedBy=quayside");
      succeeded(await cloud.exec("az", group));
      succeeded(await cloud.quayside("cloud quota set standardDSv2Family 1 --location westeurope"));
      const elsewhere = ["--what-if", "--resource-group", "rg-elsewhere"];
      const { err } = await deploy(...elsewhere);
      assert.match(err, /quota standardDSv2Family has 1 vCPUs left in westeurope/);
      assert.match(succeeded(await deploy(...elsewhere, "--location", "West US")), /can be had in westus/);
      succeeded(await cloud.exec("az", words("group delete --name rg-elsewhere --yes")));
    });

    await check("deploy.sh deploys and reads everything back", async () => {
      const out = succeeded(await deploy("--yes"));
      assert.match(out, /\d+ resources are as promised/);
      assert.match(out, /workspaceName = mlw-mlops-demo/);
      afterFirst = await resources(cloud);
    });

    await check("deploy.sh again foresees no change and makes none", async () => {
      assert.match(succeeded(await deploy("--yes")), /Resource changes: no change\./);
      assert.equal(await resources(cloud), afterFirst);
    });

    if (tools.kubectl !== undefined)
      await check("deploy.sh says which role it lacks for the objects on the cluster, and --grant-access gives it", async () => {
        const refused = await script(cloud, "deploy.sh", ["--yes"], true);
        assert.match(refused.err, /the caller needs the role Azure Kubernetes Service RBAC Cluster Admin; --grant-access/);
        assert.equal(refused.code, 1);
        const out = succeeded(await script(cloud, "deploy.sh", ["--yes", "--grant-access"], true));
        assert.match(out, /serverside-applied/);
        // The way with kubelogin has a suite of its own.
        if (onPath("kubelogin") === undefined) assert.match(out, /kubelogin is not here, .*az aks command invoke/);
      });

    await check("an environment variable and a flag reach the template, the flag before the variable", async () => {
      succeeded(await deploy("--yes", "--aks-node-max-count", "7"));
      const pool = succeeded(
        await cloud.exec(
          "az",
          words(`aks nodepool show -g ${GROUP} --cluster-name aks-mlops-cluster -n mlpool --query [minCount,maxCount]`),
        ),
      );
      assert.deepEqual(JSON.parse(pool), [2, 7]);
    });

    await check("deploy.sh leaves pools that scale by themselves their nodes", async () => {
      const show = `aks nodepool show -g ${GROUP} --cluster-name aks-mlops-cluster -n mlpool --query id -o tsv`;
      const url = `${succeeded(await cloud.exec("az", words(show))).trim()}?api-version=2026-05-01`;
      const { properties } = JSON.parse(succeeded(await cloud.exec("az", ["rest", "--method", "get", "--url", url]))) as {
        properties: object;
      };
      const body = JSON.stringify({ properties: { ...properties, count: 4 } });
      succeeded(await cloud.exec("az", ["rest", "--method", "put", "--url", url, "--body", body]));
      const out = succeeded(await deploy("--yes", "--aks-node-max-count", "7"));
      assert.match(out, /pools keep their nodes: .*mlpool 4/);
      assert.match(out, /Resource changes: no change\./);
    });

    await check("both refuse a resource group that Quayside did not make", async () => {
      succeeded(await cloud.exec("az", ["group", "create", "--name", "rg-foreign", "--location", "eastus"]));
      for (const program of ["deploy.sh", "destroy.sh"]) {
        const { code, err } = await script(cloud, program, ["--yes", "--resource-group", "rg-foreign"]);
        assert.match(err, /resource group rg-foreign was not made by Quayside/);
        assert.equal(code, 1);
      }
      assert.deepEqual((await groups(cloud)).sort(), ["rg-foreign", GROUP]);
    });

    await check("destroy.sh stops at a lock and names it", async () => {
      succeeded(
        await cloud.exec("az", ["lock", "create", "--name", "keep", "--lock-type", "CanNotDelete", "--resource-group", GROUP]),
      );
      const { code, err } = await destroy("--yes");
      assert.match(err, /rg-scripts is locked: .*keep/);
      assert.equal(code, 1);
    });

    await check("destroy.sh --purge leaves nothing, soft-deleted included", async () => {
      const out = succeeded(await destroy("--yes", "--purge", "--remove-locks"));
      assert.ok(out.indexOf("computes/aks-compute") < out.indexOf("KubernetesConfiguration/extensions"));
      assert.deepEqual(await groups(cloud), ["rg-foreign"]);
      for (const list of [["resource", "list"], ["keyvault", "list-deleted", "--resource-type", "vault"], DELETED_LOGS])
        assert.deepEqual(JSON.parse(succeeded(await cloud.exec("az", [...list, "--output", "json"]))), []);
    });

    await check("destroy.sh again has nothing to do", async () => {
      assert.match(succeeded(await destroy("--yes", "--purge")), /rg-scripts is not there/);
    });

    await check("the same names can be deployed again after a purge", async () => {
      succeeded(await deploy("--yes"));
    });

    await check("destroy.sh without --purge leaves the vault to be purged later", async () => {
      succeeded(await destroy("--yes"));
      assert.match(succeeded(await destroy("--yes", "--purge")), /purged vault kv-mlops-/);
    });
  },
};

const DELETED_LOGS = ["monitor", "log-analytics", "workspace", "list-deleted-workspaces"];

function script(cloud: Rehearsed, name: string, flags: readonly string[], objects = false) {
  const more = name === "deploy.sh" && !objects ? ["--skip-kubernetes"] : [];
  return cloud.exec(join(cloud.printed, "scripts", name), [...more, ...flags], {
    RESOURCE_GROUP: GROUP,
    AKS_NODE_COUNT: "2",
  });
}

async function groups(cloud: Rehearsed): Promise<string[]> {
  return JSON.parse(succeeded(await cloud.exec("az", ["group", "list", "--query", "[].name", "--output", "json"]))) as string[];
}

/** Everything in the group as az lists it, without the moment of the last change. */
async function resources(cloud: Rehearsed): Promise<string> {
  const listed = succeeded(await cloud.exec("az", ["resource", "list", "--resource-group", GROUP, "--output", "json"]));
  return JSON.stringify(JSON.parse(listed), (key, value: unknown) => (key === "changedTime" ? undefined : value));
}
