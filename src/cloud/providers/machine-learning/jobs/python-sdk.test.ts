import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { textAt } from "../../common/body.ts";
import { startWorkspace } from "../fixture.ts";

/** A Python with the package `azure-ai-ml`; without one this test is skipped and says so in its name. */
const PYTHON = process.env.QUAYSIDE_AZURE_ML_PYTHON ?? "";
const SCRIPT = fileURLToPath(new URL("../../../../../test/conformance/azure_ml_jobs.py", import.meta.url));
const TRAIN = `
import { readFileSync, writeFileSync } from "node:fs";
const [data, model, rate] = process.argv.slice(2);
console.log("rows", readFileSync(data, "utf8").trim(), "rate", rate);
writeFileSync(model + "/model.txt", "trained");`;

const MODES = [
  { by: "with account keys", options: {} },
  {
    by: "by identity alone",
    options: { account: { allowSharedKeyAccess: false }, workspace: { systemDatastoresAuthMode: "Identity" } },
  },
];

test.skipIf(!existsSync(PYTHON)).each(MODES)(
  "Azure ML's Python client uploads, submits, streams, downloads, cancels and archives $by (needs QUAYSIDE_AZURE_ML_PYTHON)",
  { timeout: 240_000 },
  async ({ options }) => {
    await using fixture = await startWorkspace(options);
    const { cloud, stateDir } = fixture.test;
    await fixture.test.assign(ownerOf(await fixture.test.token()), "storageBlobDataContributor", fixture.storage);
    const folder = join(stateDir, "client");
    await mkdir(join(folder, "code"), { recursive: true });
    await writeFile(join(folder, "code", "train.mjs"), TRAIN);
    await writeFile(join(folder, "iris.csv"), "5.1,3.5\n");
    const metadata = "/metadata/endpoints?api-version=2019-05-01";
    const { body } = await fixture.test.ask("GET", metadata, { apiVersion: null, token: null });

    const { stdout } = await promisify(execFile)(PYTHON, [SCRIPT], {
      env: {
        PATH: process.env.PATH ?? "",
        HOME: stateDir,
        FOLDER: folder,
        SUBSCRIPTION: cloud.subscriptionId,
        TENANT: cloud.tenantId,
        CLIENT_ID: cloud.credentials.clientId,
        CLIENT_SECRET: cloud.credentials.clientSecret.reveal(),
        AUTHORITY: cloud.endpoints.arm,
        ARM_CLOUD_METADATA_URL: `${cloud.endpoints.arm}${metadata}`,
        AZUREML_CURRENT_CLOUD: (Array.isArray(body) ? textAt(body[0], "name") : undefined) ?? "",
        AZUREML_RUN_POLLING_INTERVAL_MIN: "1",
        AZUREML_RUN_POLLING_INTERVAL_MAX: "1",
        REQUESTS_CA_BUNDLE: cloud.caFile,
        SSL_CERT_FILE: cloud.caFile,
        HTTPS_PROXY: cloud.proxy,
        NO_PROXY: "localhost,127.0.0.1",
        AZURE_TELEMETRY_DISABLED: "true",
      },
    });

    expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "")).toEqual({
      workspace: ["mlw-fixture", "azureml:"],
      datastore: "workspaceblobstore",
      compute: ["from-python", "Succeeded", 1],
      data: ["iris", "1"],
      streamed: [true, null],
      job: ["py-train", "Completed", "command", "from-python"],
      downloaded: "trained",
      same_code: true,
      failed: [true, true],
      canceled: "Canceled",
      listed: ["py-again", "py-cancel", "py-train"],
      refused: expect.any(String),
      computes: ["cpu-cluster"],
    });
  },
);

/** Whom a token speaks for. */
function ownerOf(token: string): string {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as { oid: string };
  return claims.oid;
}
