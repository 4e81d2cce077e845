import assert from "node:assert/strict";
import { join } from "node:path";
import { rehearse, type Suite, start, succeeded, words } from "./suite.ts";

const GROUP = "rg-mlops-pipeline";

/** The Azure CLI: signing in, groups, deployments and what it lists. */
export const azSuite: Suite = {
  name: "az",
  needs: ["az"],
  wants: ["kubectl"],
  async run(stage) {
    await using cloud = await rehearse(stage);
    const az = async (...inputs: string[]) => succeeded(await cloud.exec("az", [...inputs, "--output", "json"]));
    const read = async (...inputs: string[]) => JSON.parse(await az(...inputs)) as unknown;
    const { check } = stage;

    await check("is signed in by cloud env", async () => {
      const shell = `eval "$1"; az account show --query user.name --output tsv; printf %s "$AZURE_CLIENT_ID"`;
      const [user, client] = succeeded(await start("bash", ["-c", shell, "bash", await cloud.exports()], cloud.env)).split("\n");
      assert.equal(user, client);
    });

    await check("finds the cloud by its metadata and is signed in by cloud exec", async () => {
      assert.equal(await readText(read("cloud", "show", "--query", "name")), "QuaysideRehearsal");
      assert.equal(await readText(read("account", "show", "--query", "user.type")), "servicePrincipal");
    });

    await check("registers the cloud by its address and signs in there by hand", async () => {
      const script = `set -eu
        unset ARM_CLOUD_METADATA_URL
        export AZURE_CONFIG_DIR="$1"
        az cloud register --name Rehearsal --endpoint-resource-manager "$ARM_RESOURCE_MANAGER_ENDPOINT"
        az cloud set --name Rehearsal --only-show-errors
        az login --service-principal --username "$AZURE_CLIENT_ID" --password "$AZURE_CLIENT_SECRET" --tenant "$AZURE_TENANT_ID" --output none
        az account show --query environmentName --output tsv`;
      const by = await cloud.exec("bash", ["-c", script, "bash", join(cloud.folder, "by-hand")]);
      assert.equal(succeeded(by).trim(), "Rehearsal");
    });

    await check("makes, shows, finds and removes a resource group", async () => {
      await az("group", "create", "--name", "rg-az", "--location", "eastus", "--tags", "owner=az");
      assert.equal(await readText(read("group", "show", "--name", "rg-az", "--query", "tags.owner")), "az");
      assert.equal(await read("group", "exists", "--name", "rg-az"), true);
      await cloud.exec("az", ["group", "delete", "--name", "rg-az", "--yes"]).then(succeeded);
      assert.equal(await read("group", "exists", "--name", "rg-az"), false);
      const missing = await cloud.exec("az", ["group", "show", "--name", "rg-az"]);
      assert.equal(missing.code, 3);
      assert.match(missing.err, /ResourceGroupNotFound/);
    });

    const bicep = join(cloud.printed, "bicep");
    const template = words(`--template-file ${bicep}/main.json --parameters @${bicep}/parameters.dev.json`);
    await az("group", "create", "--name", GROUP, "--location", "eastus", "--tags", "managedBy=quayside");
    const deployment = (verb: string, ...more: string[]) =>
      read("deployment", "group", verb, "--resource-group", GROUP, ...template, ...more);

    await check("validates the template", async () => {
      const validated = (await deployment("validate")) as { error: unknown; properties: { validatedResources: unknown[] } };
      assert.equal(validated.error, null);
      assert.ok(validated.properties.validatedResources.length > 30);
    });

    await check("foresees that everything is created", async () => {
      assert.deepEqual(await kinds(deployment("what-if", "--no-pretty-print")), ["Create"]);
    });

    await check("deploys, and tells each operation", async () => {
      const made = (await deployment("create")) as { properties: { provisioningState: string; outputResources: unknown[] } };
      assert.equal(made.properties.provisioningState, "Succeeded");
      const states = await read(
        ...words(`deployment operation group list --resource-group ${GROUP} --name main --query [].properties.provisioningState`),
      );
      assert.deepEqual([...new Set(states as string[])], ["Succeeded"]);
      assert.ok((states as string[]).length >= made.properties.outputResources.length);
    });

    await check("foresees that a second deployment changes nothing", async () => {
      assert.deepEqual(await kinds(deployment("what-if", "--no-pretty-print")), ["NoChange"]);
    });

    await check("shows why a parameter is refused", async () => {
      const refused = await cloud.exec("az", [
        ...words(`deployment group create --resource-group ${GROUP}`),
        ...template,
        ...words("--parameters aksNodeCount=0"),
      ]);
      assert.notEqual(refused.code, 0);
      assert.match(refused.err, /InvalidTemplate/);
      assert.match(refused.err, /aksNodeCount/);
    });

    await check("lists the resources and reads one by its id", async () => {
      const listed = (await read("resource", "list", "--resource-group", GROUP)) as { id: string; provisioningState: string }[];
      assert.ok(listed.length >= 15);
      assert.deepEqual([...new Set(listed.map(({ provisioningState }) => provisioningState))], ["Succeeded"]);
      const vault = listed.find(({ id }) => id.includes("/vaults/"));
      assert.ok(vault);
      assert.equal(await readText(read("resource", "show", "--ids", vault.id, "--query", "id")), vault.id);
    });

    if (stage.tools.kubectl !== undefined)
      await check("runs kubectl in the cluster by az aks command invoke, with a folder of files", async () => {
        const cluster = (await read(
          ...words(`aks show --resource-group ${GROUP} --name aks-mlops-cluster --query id`),
        )) as string;
        const { oid } = claims(await read("account", "get-access-token", "--query", "accessToken"));
        const role = "Azure Kubernetes Service RBAC Cluster Admin";
        await az(
          ...words(
            `role assignment create --assignee-object-id ${oid} --assignee-principal-type ServicePrincipal --scope ${cluster} --role`,
          ),
          role,
        );
        const invoke = async (command: string, folder = cloud.folder) =>
          JSON.parse(
            succeeded(
              await cloud.exec("bash", [
                "-c",
                'cd "$1" && az aks command invoke --resource-group "$2" --name aks-mlops-cluster --command "$3" --file . --output json',
                "bash",
                folder,
                GROUP,
                command,
              ]),
            ),
          ) as { exitCode: number; logs: string };
        const applied = await invoke(
          "kubectl apply --server-side --field-manager quayside -k overlays/dev",
          join(cloud.printed, "kubernetes"),
        );
        assert.equal(applied.exitCode, 0, applied.logs);
        assert.match(applied.logs, /networkpolicy.networking.k8s.io\/default-deny serverside-applied/);
        const failed = await invoke("kubectl get configmap no-such-one", join(cloud.printed, "kubernetes", "flux"));
        assert.equal(failed.exitCode, 1);
        assert.match(failed.logs, /not found/);
      });

    for (const list of LISTS) {
      await check(`az ${list}`, async () => assert.ok(Array.isArray(await read(...words(list)))));
    }

    await check("removes the group, and says so", async () => {
      await cloud.exec("az", ["group", "delete", "--name", GROUP, "--yes"]).then(succeeded);
      assert.equal(await read("group", "exists", "--name", GROUP), false);
      assert.deepEqual(await read("resource", "list"), []);
      assert.equal(((await read("keyvault", "list-deleted", "--resource-type", "vault")) as unknown[]).length, 1);
    });
  },
};

/** Every list that a person reaches for on this platform. */
const LISTS = [
  "aks list",
  `aks nodepool list --resource-group ${GROUP} --cluster-name aks-mlops-cluster`,
  "acr list",
  "keyvault list",
  "storage account list",
  "identity list",
  "role assignment list --all",
  "network vnet list",
  "network nsg list",
  "network nat gateway list",
  "network public-ip list",
  "network private-endpoint list",
  "network private-dns zone list",
  "monitor log-analytics workspace list",
  "provider list",
  "vm list-usage --location eastus",
  "lock list",
] as const;

function claims(token: unknown): { readonly oid: string } {
  return JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString()) as { oid: string };
}

async function readText(value: Promise<unknown>): Promise<string> {
  return String(await value);
}

async function kinds(answer: Promise<unknown>): Promise<string[]> {
  const { changes } = (await answer) as { changes: { changeType: string }[] };
  return [...new Set(changes.map(({ changeType }) => changeType))];
}
