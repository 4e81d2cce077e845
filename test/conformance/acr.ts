import assert from "node:assert/strict";
import { join } from "node:path";
import { image, writeLayout } from "../support/registry.ts";
import { rehearse, type Suite, succeeded, words } from "./suite.ts";

const REGISTRY = "acrconformance";
const LOGIN = `${REGISTRY}.azurecr.rehearsal.test`;
const TOKEN_USER = "00000000-0000-0000-0000-000000000000";

/** The Azure CLI's commands for registries, on what another client pushed. */
export const acrSuite: Suite = {
  name: "acr",
  needs: ["az", "crane"],
  async run(stage) {
    await using cloud = await rehearse(stage);
    const az = async (line: string, ...more: string[]) =>
      succeeded(await cloud.exec("az", [...words(line), ...more, "--output", "json"]));
    const read = async (line: string) => JSON.parse(await az(line)) as unknown;
    const crane = async (...inputs: string[]) => succeeded(await cloud.exec(stage.tools.crane?.program ?? "crane", inputs));
    const { check } = stage;
    const pushed = image("pushed by crane");
    const layout = join(cloud.folder, "layout");
    await writeLayout(layout, "v1", pushed);
    await az("group create --name rg-acr --location eastus");
    await az(`acr create --resource-group rg-acr --name ${REGISTRY} --sku Premium`);

    await check("az acr login --expose-token signs another client in, which pushes", async () => {
      const { accessToken, loginServer } = (await read(`acr login --name ${REGISTRY} --expose-token`)) as Record<string, string>;
      assert.equal(loginServer, LOGIN);
      await crane("auth", "login", LOGIN, "--username", TOKEN_USER, "--password", accessToken ?? "");
      await crane("push", layout, `${LOGIN}/team/app:v1`);
      await crane("tag", `${LOGIN}/team/app:v1`, "v2");
    });

    await check("az acr repository lists, shows and counts", async () => {
      assert.deepEqual(await read(`acr repository list --name ${REGISTRY}`), ["team/app"]);
      assert.deepEqual(await read(`acr repository show-tags --name ${REGISTRY} --repository team/app --orderby time_asc`), [
        "v1",
        "v2",
      ]);
      const shown = (await read(`acr repository show --name ${REGISTRY} --repository team/app`)) as Record<string, unknown>;
      assert.deepEqual([shown.imageName, shown.manifestCount, shown.tagCount], ["team/app", 1, 2]);
    });

    await check("az acr manifest lists, shows and finds referrers", async () => {
      const [only] = (await read(`acr manifest list-metadata --registry ${REGISTRY} --name team/app`)) as {
        digest: string;
        tags: string[];
      }[];
      assert.deepEqual([only?.digest, only?.tags], [pushed.digest, ["v1", "v2"]]);
      const shown = (await read(`acr manifest show --registry ${REGISTRY} --name team/app:v1`)) as { schemaVersion: number };
      assert.equal(shown.schemaVersion, 2);
      const { manifests } = (await read(`acr manifest list-referrers --registry ${REGISTRY} --name team/app:v1`)) as {
        manifests: unknown[];
      };
      assert.deepEqual(manifests, []);
    });

    await check("a locked tag is neither moved nor deleted", async () => {
      await az(`acr repository update --name ${REGISTRY} --image team/app:v1 --delete-enabled false --write-enabled false`);
      const untag = await cloud.exec("az", words(`acr repository untag --name ${REGISTRY} --image team/app:v1`));
      assert.notEqual(untag.code, 0);
      await az(`acr repository update --name ${REGISTRY} --image team/app:v1 --delete-enabled true --write-enabled true`);
    });

    await check("az acr repository untag and delete", async () => {
      await az(`acr repository untag --name ${REGISTRY} --image team/app:v2`);
      assert.deepEqual(await read(`acr repository show-tags --name ${REGISTRY} --repository team/app`), ["v1"]);
      await az(`acr repository delete --name ${REGISTRY} --image team/app:v1 --yes`);
      assert.deepEqual(await read(`acr repository list --name ${REGISTRY}`), []);
    });

    await check("az acr manifest list-deleted and restore, where soft delete is on", async () => {
      await az(`acr config soft-delete update --registry ${REGISTRY} --status enabled --days 7 --yes`);
      await crane("push", layout, `${LOGIN}/team/app:v1`);
      await az(`acr repository delete --name ${REGISTRY} --image team/app:v1 --yes`);
      const [gone] = (await read(`acr manifest list-deleted --registry ${REGISTRY} --name team/app`)) as { digest: string }[];
      assert.equal(gone?.digest, pushed.digest);
      await az(`acr manifest restore --registry ${REGISTRY} --name team/app:v1 --yes`);
      assert.deepEqual(await read(`acr repository show-tags --name ${REGISTRY} --repository team/app`), ["v1"]);
    });
  },
};
