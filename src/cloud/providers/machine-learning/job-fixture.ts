import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import type { TokenCredential } from "@azure/core-auth";
import { BlobClient, BlobServiceClient, ContainerClient, type StorageSharedKeyCredential } from "@azure/storage-blob";
import { isObject, type JsonObject } from "../../../base/index.ts";
import type { TestCloud } from "../../testing.ts";
import { textAt } from "../common/body.ts";
import type { WorkspaceFixture } from "./fixture.ts";
import { readRecord } from "./jobs/record.ts";

const ENDED = ["Completed", "Failed", "Canceled"];
const POLL_MS = 25;
const POLLS = 800;

/** For tests: submits jobs the way a client does. */
export interface JobFixture {
  /** Uploads files as a code asset through the SAS of a pending upload, and gives its id. */
  code(files: Readonly<Record<string, string>>): Promise<string>;
  environment(): Promise<string>;
  submit(name: string, properties: JsonObject): Promise<JsonObject>;
  /** Polls until the status is one of these, or the job has ended. */
  until(name: string, ...statuses: string[]): Promise<JsonObject>;
  details(name: string): Promise<JsonObject>;
  log(name: string): Promise<string>;
}

export function jobFixture(fixture: WorkspaceFixture): JobFixture {
  const { test, workspace, compute } = fixture;
  const job = (name: string) => `${workspace}/jobs/${name}`;

  async function environment(): Promise<string> {
    const id = `${workspace}/environments/node/versions/1`;
    await test.ask("PUT", id, { body: { properties: { image: "docker.io/library/node:24" } } });
    return id;
  }

  return {
    environment,
    async code(files) {
      const hash = createHash("sha256").update(JSON.stringify(files)).digest("hex");
      const version = `${workspace}/codes/${hash.slice(0, 32)}/versions/1`;
      const pending = await test.ask("POST", `${version}/startPendingUpload`, {
        body: { pendingUploadType: "TemporaryBlobReference" },
      });
      const reference = pending.json.blobReferenceForConsumption as { blobUri: string; credential: { sasUri: string } };
      const container = openContainer(test, reference.credential.sasUri);
      for (const [path, text] of Object.entries(files))
        await container.getBlockBlobClient(`src/${path}`).upload(text, Buffer.byteLength(text));
      const properties = {
        codeUri: `${reference.blobUri}/src`,
        isAnonymous: true,
        properties: { hash_sha256: hash, hash_version: "202208" },
      };
      const made = await test.ask("PUT", version, { body: { properties } });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      return version;
    },
    async submit(name, properties) {
      const body = { properties: { jobType: "Command", computeId: compute, environmentId: await environment(), ...properties } };
      const answer = await test.ask("PUT", job(name), { body });
      if (answer.status !== 201) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.json;
    },
    async until(name, ...statuses) {
      for (let poll = 0; poll < POLLS; poll++) {
        const { json } = await test.ask("GET", job(name));
        const status = textAt(json, "properties.status") ?? "";
        if (statuses.includes(status) || ENDED.includes(status)) return json;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
      throw new Error(`job ${name} did not end: ${JSON.stringify(readRecord(test.host, job(name)))}`);
    },
    async details(name) {
      return (await test.ask("GET", `/history/v1.0${workspace}/runs/${name}/details`, { apiVersion: "v1.0" })).json;
    },
    async log(name) {
      const details = await this.details(name);
      const url = isObject(details.logFiles) ? details.logFiles["user_logs/std_log.txt"] : undefined;
      return typeof url === "string" ? (await openBlob(test, url).downloadToBuffer()).toString("utf8") : "";
    },
  };
}

/** A process that has ended but was not yet collected by its parent counts as ended. */
export function isRunning(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

/** A real client of the blob service, through the proxy that knows the rehearsal's hosts. */
function openContainer(test: TestCloud, url: string): ContainerClient {
  trust(test);
  return new ContainerClient(url, undefined, options(test));
}

export function openService(
  test: TestCloud,
  url: string,
  credential?: TokenCredential | StorageSharedKeyCredential,
): BlobServiceClient {
  trust(test);
  return new BlobServiceClient(url, credential, options(test));
}

function openBlob(test: TestCloud, url: string): BlobClient {
  trust(test);
  return new BlobClient(url, undefined, options(test));
}

function options(test: TestCloud) {
  const { protocol, hostname, port } = new URL(test.cloud.proxy);
  return { proxyOptions: { host: `${protocol}//${hostname}`, port: Number(port) }, retryOptions: { maxTries: 1 } };
}

/** The client has no option for it, so this process trusts the cloud's own certificate authority. */
function trust(test: TestCloud): void {
  const ca = readFileSync(test.cloud.caFile, "utf8");
  const known = getCACertificates("default");
  if (!known.includes(ca)) setDefaultCACertificates([...known, ca]);
}
