import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { asString, isObject, type JsonObject, type JsonValue } from "../../src/base/index.ts";
import { emitScripts } from "../../src/emit/index.ts";
import { definePlatform, deliveredObjects } from "../../src/platform/index.ts";
import { findKubectl } from "../support/kubectl.ts";
import { repository, temporaryFolder } from "../support/quayside.ts";

const { files } = emitScripts(definePlatform());
const missing = ["bash", "jq"].filter((program) => spawnSync(program, ["--version"]).error !== undefined);
const kubectl = await findKubectl();
if (typeof kubectl === "string") process.stderr.write(`\nSKIPPED: objects of deploy.sh against kustomize: ${kubectl}\n\n`);

/** Runs commands of bash with the scripts' libraries, and with these parameters as the deployment's own. */
function run(folder: string, commands: readonly string[], parameters: Readonly<Record<string, JsonValue>> = {}) {
  const library = join(folder, "lib");
  mkdirSync(library);
  for (const [name, text] of files) if (name.startsWith("scripts/lib/")) writeFileSync(join(folder, name.slice(8)), text);
  const given = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, { value }]));
  writeFileSync(join(folder, "parameters.json"), JSON.stringify({ parameters: given }));
  const deploy = files.get("scripts/deploy.sh") ?? "";
  const prelude = [
    "set -eEuo pipefail",
    "resource_group=rg subscription=s-1 grant_access='' kubeconfig=/nowhere",
    `library='${library}' manifests='${join(repository, "kubernetes")}'`,
    ...["common", "azure", "objects", "cluster"].map((name) => `. "$library/${name}.sh"`),
    `scratch='${folder}'`,
    /^value_of\(\) \{\n[^]*?^\}/m.exec(deploy)?.[0] ?? "",
  ];
  return spawnSync("bash", ["--norc", "-c", [...prelude, ...commands].join("\n")], {
    encoding: "utf8",
    env: { PATH: process.env.PATH, QUAYSIDE_POLL_SECONDS: "0" },
  });
}

const named = ({ kind, metadata }: JsonObject) =>
  isObject(metadata) ? [kind, metadata.namespace, metadata.name].map(asString).filter(Boolean).join(" ") : "";
const sorted = (objects: readonly JsonObject[]) => objects.toSorted((a, b) => (named(a) < named(b) ? -1 : 1));

describe.skipIf(missing.length > 0 || typeof kubectl === "string")(
  "the objects that deploy.sh applies (needs bash, jq, kubectl)",
  () => {
    test.each<Readonly<Record<string, JsonValue>>>([
      {},
      { environmentName: "prod", enableGpuNodes: true, enableSpotNodes: true },
      { computeNamespace: "team-a", enableGpuNodes: true },
      { profileOverrides: { managedPrometheus: false } },
      { environmentName: "staging", profileOverrides: { managedPrometheus: true }, computeNamespace: "team-a" },
      { profileOverrides: { managedPrometheus: false }, enableSpotNodes: true, computeNamespace: "team-a" },
    ])("are those of quayside up with %j", (parameters) => {
      if (typeof kubectl === "string") throw new Error(kubectl);
      using folder = temporaryFolder();

      const { stderr, status } = run(folder.path, ['compose_objects "$(value_of environmentName)"'], parameters);

      expect([status, stderr]).toEqual([0, ""]);
      const overlay = join(folder.path, "kubernetes/overlays/as-deployed");
      const built = parseAllDocuments(execFileSync(kubectl.program, ["kustomize", overlay], { encoding: "utf8" }));
      expect(sorted(built.map((document) => document.toJS() as JsonObject))).toEqual(sorted(deliveredObjects(parameters)));
    });
  },
);

describe.skipIf(missing.length > 0)("deploy.sh at the cluster (needs bash and jq)", () => {
  const FORBIDDEN = 'Error from server (Forbidden): quotas is forbidden: User "me" cannot patch';
  const SLOW = "(KubernetesPerformanceError) Failed to run command due to cluster perf issue";
  const result = (more: object) =>
    JSON.stringify({ exitCode: 0, logs: "applied", provisioningState: "Succeeded", reason: null, ...more });
  /** What a command answers the first time, the second and so on: text, or what it fails with; the last answers for good. */
  const answering = (name: string, answers: readonly (string | { readonly fails: string })[]) => {
    const cases = answers.map((answer, index) => {
      const pattern = index === answers.length - 1 ? "*" : index + 1;
      const [words, end] = typeof answer === "string" ? [answer, "0"] : [`${answer.fails}`, "1"];
      return `${pattern}) printf '%s\\n' '${words}' >&${end === "0" ? 1 : 2}; return ${end} ;;`;
    });
    return `${name}() { echo "$*" >> "$scratch/calls"; case "$(grep -c . "$scratch/calls")" in ${cases.join(" ")} esac; }`;
  };

  test.each<[string, string, string, Parameters<typeof answering>[1], number, number, RegExp]>([
    ["takes them", "invoke", "", [result({})], 0, 1, /^ {4}applied\n$/],
    ["starts no pod at first", "invoke", "", [{ fails: SLOW }, { fails: SLOW }, result({})], 0, 3, /^ {4}applied\n$/],
    ["starts no pod", "invoke", "", [{ fails: SLOW }], 1, 3, /PerformanceError[^]*\n {2}run commands need a pool without taints/],
    [
      "says why a command did not run",
      "invoke",
      "",
      [result({ exitCode: null, logs: "", reason: "image is gone" })],
      1,
      1,
      /image is gone\nerror: cluster aks did not take[^]*\n {2}see docs\/kubernetes\.md/,
    ],
    [
      "forbids it",
      "invoke",
      "",
      [result({ exitCode: 1, logs: FORBIDDEN })],
      1,
      1,
      /\n {2}the caller needs the role .* RBAC Cluster Admin/,
    ],
    [
      "forbids it until the role is known",
      "invoke",
      "yes",
      [result({ exitCode: 1, logs: FORBIDDEN }), result({})],
      0,
      2,
      /^ {4}applied\n$/,
    ],
    ["forbids it", "kubectl", "", [{ fails: FORBIDDEN }], 1, 1, /\n {2}the caller needs the role .* RBAC Cluster Admin/],
    [
      "forbids it for ever",
      "kubectl",
      "yes",
      [{ fails: FORBIDDEN }],
      1,
      30,
      /\n {2}the caller needs the role .* RBAC Cluster Admin/,
    ],
    ["forbids it until the role is known", "kubectl", "yes", [{ fails: FORBIDDEN }, "applied"], 0, 2, /^ {4}applied\n$/],
    [
      "is not there",
      "kubectl",
      "yes",
      [{ fails: "connection refused" }],
      1,
      1,
      /refused\nerror: .*\n {2}see docs\/kubernetes\.md/,
    ],
  ])("%s, through %s", (_, way, grant, answers, code, count, words) => {
    using folder = temporaryFolder();
    const stub = answering(way === "kubectl" ? "kubectl" : "az", answers);
    cpSync(join(repository, "kubernetes"), join(folder.path, "kubernetes"), { recursive: true });

    const commands = [`way=${way} grant_access='${grant}'`, stub, "apply_objects aks"];
    const { status, stdout, stderr } = run(folder.path, commands);

    expect(stdout + stderr).toMatch(words);
    expect(readFileSync(join(folder.path, "calls"), "utf8").trimEnd().split("\n")).toHaveLength(count);
    expect(status).toBe(code);
  });
});
