import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "../support/quayside.ts";
import { pathWithout, type Rehearsed, rehearse, type Suite, succeeded, words } from "./suite.ts";

const GROUP = "rg-mlops-pipeline";
const CLUSTER = "aks-mlops-cluster";
const SERVER_APPLICATION = "6dae42f8-4368-4678-94ff-3960e28e3630";
const NODES = words("get nodes --output name");

/** A cluster with Microsoft Entra is entered as on Azure: az, Microsoft's kubelogin and kubectl. */
export const kubeloginSuite: Suite = {
  name: "kubelogin",
  needs: ["az", "bash", "jq", "kubectl", "kubelogin"],
  async run(stage) {
    const { check, skip } = stage;
    await using cloud = await rehearse(stage);

    await check("deploy.sh reaches the cluster with kubelogin, and says which role it lacks", async () => {
      const { code, err } = await deploy(cloud);
      assert.match(err, /User ".*" cannot patch resource/);
      assert.match(err, /the caller needs the role Azure Kubernetes Service RBAC Cluster Admin; --grant-access/);
      assert.equal(code, 1);
    });

    await check("deploy.sh --grant-access applies kubernetes/ with kubectl, which az's own sign-in serves", async () => {
      const out = succeeded(await deploy(cloud, "--grant-access"));
      assert.match(out, /serverside-applied/);
      assert.doesNotMatch(out, /az aks command invoke/);
      const user = await cloud.exec("kubectl", ["config", "view", "--minify", "--output", "jsonpath={.users[0].user.exec.args}"]);
      assert.deepEqual(JSON.parse(succeeded(user)), ["get-token", "--login", "azurecli", "--server-id", SERVER_APPLICATION]);
    });

    for (const commands of commandsOf("docs/kubernetes.md")) {
      const [title = ""] = commands.split("\n");
      await check(`docs/kubernetes.md: ${title}`, async () => {
        const env = { KUBECONFIG: join(cloud.folder, "by-az") };
        const out = succeeded(await cloud.exec("bash", ["-euc", `cd "$1"; ${commands}`, "bash", cloud.printed], env));
        // az itself ends well when what it had run did not.
        assert.doesNotMatch(out, /exitcode=[^0]/);
      });
    }

    const asItComes = { KUBECONFIG: join(cloud.folder, "as-it-comes") };
    await check("the kubeconfig as Azure Resource Manager gives it serves a client secret", async () => {
      const id = succeeded(await cloud.exec("az", words(`aks show -g ${GROUP} -n ${CLUSTER} --query id --output tsv`))).trim();
      const url = `${id}/listClusterUserCredential?api-version=2025-10-01`;
      const given = await cloud.exec("az", ["rest", "--method", "post", "--url", url, "--query", "kubeconfigs[0].value"]);
      await writeFile(asItComes.KUBECONFIG, Buffer.from(JSON.parse(succeeded(given)) as string, "base64"), { mode: 0o600 });
      const env = { ...asItComes, AAD_LOGIN_METHOD: "spn" };
      assert.match(succeeded(await cloud.exec("kubectl", NODES, env)), /^node\/aks-mlpool-/m);
    });

    await check("a device code is refused in words that say how else", async () => {
      const { code, err } = await cloud.exec("kubectl", NODES, asItComes);
      assert.match(err, /AADSTS700016: .*kubelogin convert-kubeconfig --login azurecli.*AAD_LOGIN_METHOD=spn/);
      assert.notEqual(code, 0);
    });

    await check("workload identity is refused by name", async () => {
      const federated = join(cloud.folder, "federated");
      await writeFile(federated, "x.y.z");
      // Of an application that kubelogin has no token of in its cache.
      const env = { AZURE_FEDERATED_TOKEN_FILE: federated, AAD_LOGIN_METHOD: "workloadidentity" };
      const script = `export AZURE_CLIENT_ID="$1" AZURE_AUTHORITY_HOST="$AZURE_AUTHORITY_HOST/"; exec kubectl get nodes`;
      const { code, err } = await cloud.exec("bash", ["-c", script, "bash", randomUUID()], { ...env, ...asItComes });
      assert.match(err, /AADSTS70021: client assertions are not supported by the embedded directory/);
      assert.notEqual(code, 0);
    });

    // What deploy.sh does then is in the suite of the scripts.
    const path = pathWithout(stage, "kubelogin");
    const without = "kubectl says how to get a kubelogin that is missing";
    if (path === undefined) skip(without, "this machine has a kubelogin of its own on the path");
    else
      await check(without, async () => {
        const { code, err } = await cloud.exec("kubectl", NODES, { ...asItComes, PATH: path });
        assert.match(err, /executable kubelogin not found[^]*az aks install-cli/);
        assert.notEqual(code, 0);
      });
  },
};

function deploy(cloud: Rehearsed, ...flags: string[]) {
  return cloud.exec(join(cloud.printed, "scripts", "deploy.sh"), ["--yes", "--resource-group", GROUP, ...flags]);
}

/** What a page has its reader type to get to the cluster, for the environment that is deployed here. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(repository, page), "utf8").replaceAll("overlays/prod", "overlays/dev");
  const blocks = [...text.matchAll(/^```\n([^]*?)^```/gm)].map(([, block = ""]) => block);
  const found = blocks.filter((block) => /^az (aks|role) /.test(block));
  assert.equal(found.length, 3, `${page} has ${found.length} blocks of commands for the cluster`);
  return found;
}
