import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emitScripts } from "../../src/emit/index.ts";
import { parameterTable } from "../../src/emit/scripts/index.ts";
import { OWNER_TAG as PRINTED_TAG } from "../../src/emit/scripts/names.ts";
import { createProgram, deployedParameters } from "../../src/ir/index.ts";
import { OWNER, OWNER_TAG } from "../../src/ops/resource-group.ts";
import { definePlatform } from "../../src/platform/index.ts";
import { repository, temporaryFolder } from "../support/quayside.ts";
import { recorded } from "./golden.ts";

const printed = emitScripts(definePlatform());

test("the committed scripts folder is what the definition prints; RECORD=1 rewrites it", () => {
  const made = Object.fromEntries([...printed.files].map(([name, text]) => [name.replace(/^scripts\//, ""), text]));

  expect(made).toEqual(recorded(join(repository, "scripts"), made));
});

test("the table in docs/scripts.md is what the definition says; RECORD=1 rewrites it", () => {
  const file = join(repository, "docs/scripts.md");
  const page = readFileSync(file, "utf8");

  const written = page.replace(/(<!-- parameters -->\n)[^]*?(<!-- end -->)/, `$1\n${parameterTable(definePlatform())}\n\n$2`);
  if (process.env.RECORD === "1") writeFileSync(file, written);

  expect(written).toContain("| `--aks-node-count` | `AKS_NODE_COUNT` |");
  expect(readFileSync(file, "utf8")).toBe(written);
});

test.each(["deploy.sh", "destroy.sh"])("%s can be started", (name) => {
  expect(statSync(join(repository, "scripts", name)).mode & 0o111).toBe(0o111);
});

test("the scripts look for the tag that quayside down looks for", () => {
  expect(PRINTED_TAG).toEqual({ name: OWNER_TAG, value: OWNER });
});

test("two parameters of one flag, and one with a name of the scripts' own, are refused", () => {
  const program = createProgram();
  program.string("nodeSize", { description: "A.", default: "" });
  program.string("nodesize2", { description: "B.", default: "", environment: "PATH" });
  program.bool("whatIf", { description: "C.", default: false });

  const { diagnostics, files } = emitScripts(program.build());

  expect(diagnostics.filter(({ severity }) => severity === "error").map(({ code, at }) => `${code} ${at}`)).toEqual([
    "emit.scripts.variable-taken parameters.nodesize2",
    "emit.scripts.flag-taken parameters.whatIf",
  ]);
  expect(files.size).toBe(0);
});

const missing = ["bash", "jq", "curl"].filter((program) => spawnSync(program, ["--version"]).error !== undefined);
const shellcheck = [join(repository, ".tools/shellcheck/bin/shellcheck"), "shellcheck"].find(
  (program) => spawnSync(program, ["--version"]).error === undefined,
);

test.skipIf(shellcheck === undefined)("shellcheck finds nothing (skipped where there is no shellcheck)", () => {
  const files = [...printed.files.keys()].filter((name) => name.endsWith(".sh"));

  const { stdout, status } = spawnSync(shellcheck ?? "", ["--external-sources", ...files], { cwd: repository, encoding: "utf8" });

  expect(stdout).toBe("");
  expect(status).toBe(0);
});

type Answers = Readonly<Record<string, string | readonly string[]>>;

function printing(text: string): string {
  return `printf '%b\\n' '${text.replaceAll("\t", "\\n")}'`;
}

describe.skipIf(missing.length > 0)(
  `deploy.sh before it touches anything (needs bash, jq and curl; missing: ${missing.join(", ")})`,
  () => {
    const folder = temporaryFolder();
    let calls = "";

    beforeAll(() => {
      for (const [name, text] of printed.files) write(name, text);
      write("bicep/main.json", "{}");
      calls = join(folder.path, "calls");
    });
    afterAll(() => folder[Symbol.dispose]());

    function write(name: string, text: string): string {
      const file = join(folder.path, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (text.startsWith("#!")) chmodSync(file, 0o755);
      return file;
    }

    /**
     * An az that answers what it is told to, by the beginning of its words, a list being commands of sh; anything else is
     * written down and fails.
     */
    function deploy(flags: readonly string[], az: Answers = {}, env: Readonly<Record<string, string>> = {}) {
      const answers: Answers = {
        version: "2.91.0",
        "account list": "1",
        "account show": "s-1\tEnabled\tt-1\tMy subscription",
        ...az,
      };
      const cases = Object.entries(answers).map(
        ([words, answer]) => `  "${words} "*) ${typeof answer === "string" ? printing(answer) : answer.join("; ")} ;;`,
      );
      write(
        "bin/az",
        `#!/bin/sh\ncase "$* " in\n${cases.join("\n")}\n  *) echo "$*" >> '${calls}'; cat "\${FAILURE:-/dev/null}" >&2; exit 1 ;;\nesac\n`,
      );
      const { status, stdout, stderr } = spawnSync(join(folder.path, "scripts/deploy.sh"), flags, {
        encoding: "utf8",
        env: {
          PATH: [join(folder.path, "bin"), process.env.PATH].join(delimiter),
          HOME: folder.path,
          AZURE_SUBSCRIPTION_ID: "s-1",
          ...env,
        },
      });
      return { code: status, out: stdout, err: stderr };
    }

    test.each([
      [["--frobnicate"], {}, 2, "error: there is no flag --frobnicate\n  see --help\n"],
      [["--aks-node-count"], {}, 2, "error: --aks-node-count needs a value\n  see --help\n"],
      [["--aks-node-count", "many"], {}, 3, 'error: parameter aksNodeCount is "many"; it takes a whole number\n'],
      [["--aks-node-count=0"], {}, 3, "error: parameter aksNodeCount is 0; the least is 1\n"],
      [["--environment-name", "test"], {}, 3, 'error: parameter environmentName is "test"; it takes one of dev, staging, prod\n'],
      [
        ["--aks-node-vm-size", "big one"],
        {},
        3,
        'error: parameter aksNodeVmSize is "big one"; it must match ^Standard_[A-Za-z0-9_]+$\n',
      ],
      [["--tags", "owner=me"], {}, 3, 'error: parameter tags is "owner=me"; it takes a JSON object\n'],
      [
        ["--resource-group", "rg."],
        {},
        2,
        "error: 'rg.' is not a name that Azure takes for a resource group\n  use 1 to 90 letters, digits, dots, underscores, hyphens and parentheses, not ending in a dot\n",
      ],
      [["--location", ""], {}, 3, 'error: parameter location is ""; it needs a length of at least 1\n'],
      [[], { ENABLE_GPU_NODES: "yes" }, 3, 'error: parameter enableGpuNodes is "yes"; it takes true or false\n'],
      [["--parameters", "nowhere.json"], {}, 3, "error: nowhere.json is not a parameters file\n  see bicep/parameters.json\n"],
    ] as const)("%j with %j is refused", (flags, env, code, err) => {
      expect(deploy(flags, {}, env)).toMatchObject({ code, err });
      expect(existsSync(calls)).toBe(false);
    });

    test("a parameters file with an unknown key is refused", () => {
      const file = write("mine.json", JSON.stringify({ parameters: { aksNodes: { value: 3 } } }));

      expect(deploy(["-p", file])).toMatchObject({ code: 3, err: "error: parameter aksNodes is not one of the platform's\n" });
    });

    test("a parameters file that names the environment is read above that environment's own", () => {
      write("bicep/parameters.prod.json", JSON.stringify({ parameters: { aksNodeCount: { value: 0 } } }));
      write("bicep/parameters.staging.json", JSON.stringify({ parameters: { aksNodeCount: { value: 101 } } }));
      const file = write("mine.json", JSON.stringify({ parameters: { environmentName: { value: "prod" } } }));

      expect(deploy(["-p", file])).toMatchObject({ code: 3, err: "error: parameter aksNodeCount is 0; the least is 1\n" });
      expect(deploy(["-p", file, "--environment-name", "staging"]).err).toContain("aksNodeCount is 101");
    });

    test.each([
      ["nothing", "", "is not a parameters file\n  see bicep/parameters.json\n"],
      ["a list", '{"parameters":[]}', "is not a parameters file\n  see bicep/parameters.json\n"],
      ["no parameters", "{}", "is not a parameters file\n  see bicep/parameters.json\n"],
      [
        "a key twice",
        '{"parameters":{"aksNodeCount":{"value":3},"aksNodeCount":{"value":5}}}',
        "gives parameters.aksNodeCount.value twice\n  leave one of them\n",
      ],
      [
        "an object twice",
        '{"parameters":{"tags":{"value":{"owner":"me"}},"tags":{"value":{"team":"ml"}}}}',
        "gives parameters.tags.value.owner twice\n  leave one of them\n",
      ],
    ])("a parameters file with %s is refused", (_, text, words) => {
      const file = write("mine.json", text);

      expect(deploy(["-p", file])).toMatchObject({ code: 3, err: `error: ${file} ${words}` });
    });

    test("an unknown key of the profile is refused, and the known ones are named", () => {
      const { code, err } = deploy(["--profile-overrides", '{"logRetentionDay":3}']);

      expect(err).toMatch(
        /^error: parameter profileOverrides has no key logRetentionDay; it takes alerting, .*logRetentionDays, /,
      );
      expect(code).toBe(3);
    });

    test("every wrong parameter is told at once", () => {
      const { err } = deploy(["--aks-node-count", "0"], {}, { ENVIRONMENT: "moon" });

      expect(err.split("\n").filter((line) => line.startsWith("error: "))).toHaveLength(2);
    });

    test("a flag wins over a file, and a file over an environment variable", () => {
      const file = write("mine.json", JSON.stringify({ parameters: { aksNodeCount: { value: 0 } } }));

      expect(deploy(["-p", file], {}, { AKS_NODE_COUNT: "5" }).err).toContain("aksNodeCount is 0");
      expect(deploy(["-p", file, "--aks-node-count", "-1"], {}, { AKS_NODE_COUNT: "5" }).err).toContain("aksNodeCount is -1");
    });

    test.each([
      ["an old az", { version: "2.49.0" }, {}, 1, "error: az is 2.49.0; version 2.50.0 or later is needed"],
      ["an az that is not signed in", { "account list": "0" }, {}, 1, "error: az is not signed in\n  az login"],
      ["no subscription", {}, { AZURE_SUBSCRIPTION_ID: "" }, 2, "error: no subscription is named\n  set AZURE_SUBSCRIPTION_ID"],
      [
        "another tenant",
        {},
        { AZURE_TENANT_ID: "t-2" },
        1,
        "error: subscription s-1 belongs to tenant t-1, and AZURE_TENANT_ID is t-2",
      ],
      [
        "a disabled subscription",
        { "account show": "s-1\tWarned\tt-1\tMine" },
        {},
        1,
        "error: subscription s-1 is Warned\n  enable it",
      ],
    ] as const)("%s is refused", (_, az, env, code, err) => {
      const result = deploy([], az, env);

      expect(result.err).toContain(err);
      expect(result.code).toBe(code);
      expect(existsSync(calls)).toBe(false);
    });

    /** An az before which a group of Quayside's stands, and a template that would make a training cluster. */
    function ready(): Record<string, string> {
      const compute =
        "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/w/computes/cpu";
      const after = { properties: { computeType: "AmlCompute", properties: { vmSize: "Standard_X9" } } };
      const namespaces = /NAMESPACES=\(([^)]*)\)/.exec(printed.files.get("scripts/lib/azure.sh") ?? "")?.[1] ?? "";
      const claims = Buffer.from('{"oid":"11111111-1111-1111-1111-111111111111"}').toString("base64url");
      return {
        "account get-access-token": `e30.${claims}.sig`,
        "group exists": "true",
        "group show": "quayside",
        "aks list": "[]",
        "provider list": namespaces.trim().split(/\s+/).join("\t"),
        "deployment group what-if": JSON.stringify({ changes: [{ changeType: "Create", resourceId: compute, after }] }),
      };
    }

    test("what the caller may not ask is told as unchecked, of the region that the parameters name, and stops nothing", () => {
      const { code, out, err } = deploy(["--what-if", "--location", "West US"], ready());

      for (const what of ["vmSizes", "usages"]) {
        expect(err).toContain(`warning: ${what} of Azure ML in westus could not be checked beforehand`);
        expect(readFileSync(calls, "utf8")).toContain(
          `/Microsoft.MachineLearningServices/locations/westus/${what}?api-version=20`,
        );
      }
      expect(out).toContain("nothing that could be checked in westus would be refused");
      expect(code).toBe(0);
      rmSync(calls);
    });

    test("of a what-if that az falls over, only Azure's words are told", () => {
      const traceback = [
        "Traceback (most recent call last):",
        '  File "custom.py", line 851, in what_if (see docs)',
        "azure.core.exceptions.HttpResponseError: (InvalidTemplateDeployment) the template is not valid",
        "Exception Details:\t(InvalidPropertyValue) vmSize is X (of old)\tCode: InvalidPropertyValue",
      ].join("\n");
      const { "deployment group what-if": _, ...az } = ready();
      write("bin/failing", traceback);

      const { code, err } = deploy(["--what-if"], az, { FAILURE: join(folder.path, "bin/failing") });

      expect(err).toContain(
        "error: (InvalidPropertyValue) vmSize is X (of old)\nerror: (InvalidTemplateDeployment) the template is not valid\n" +
          "error: Azure refuses the deployment\n  nothing was changed\n",
      );
      expect(err).not.toContain("custom.py");
      expect(code).toBe(1);
      rmSync(calls);
    });

    test("a what-if that az falls over without a word of Azure's is told as it is", () => {
      const { "deployment group what-if": _, ...az } = ready();
      write("bin/failing", 'Traceback (most recent call last):\n  File "custom.py", line 1\nKeyError: 0\n');

      const { err } = deploy(["--what-if"], az, { FAILURE: join(folder.path, "bin/failing") });

      expect(err).toContain('  File "custom.py", line 1\nKeyError: 0\nerror: Azure refuses the deployment\n');
      rmSync(calls);
    });

    const answering = (words: string, text: string) => ({ [words]: text });

    test.each<[string, Answers]>([
      ["no answer", {}],
      ["an answer that is cut off", answering("vm list-skus", "[{")],
      ["an answer of another shape", answering("vm list-usage", '{"value":1}')],
    ])("sizes and quotas are told as unchecked after %s", (_, answers) => {
      const resourceId = "/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks";
      const agentPoolProfiles = [{ name: "system", count: 1, vmSize: "Standard_A" }];
      const changes = [{ changeType: "Create", resourceId, after: { properties: { agentPoolProfiles } } }];
      const sku = { name: "Standard_A", family: "a", capabilities: [], locationInfo: [], restrictions: [] };
      const offered: Answers =
        Object.keys(answers).length === 0
          ? {}
          : { "vm list-skus": JSON.stringify([sku]), "vm list-usage": "[]", "aks get-versions": '{"values":[]}' };
      const az = { ...ready(), "deployment group what-if": JSON.stringify({ changes }), ...offered, ...answers };

      const { code, out, err } = deploy(["--what-if", "--location", "eastus"], az);

      expect(err).toContain("warning: sizes, quotas and versions of Kubernetes in eastus could not be checked beforehand");
      expect(out).toContain("nothing that could be checked in eastus would be refused");
      expect(code).toBe(0);
      rmSync(calls, { force: true });
    });

    test("a region that cannot be read stops the script", () => {
      const az = { ...ready(), "group show": ['case "$*" in *location*) exit 3 ;; *) echo quayside ;; esac'] };

      const { code, out, err } = deploy(["--what-if"], az);

      expect(err).toMatch(/error: stopped at line \d+ of preflight\.sh\n/);
      expect(out).not.toContain("can be had");
      expect(code).toBe(1);
      rmSync(calls, { force: true });
    });

    /** An az that keeps the parameters of the what-if. */
    function keeping(file: string): Answers {
      const { "deployment group what-if": changes = "", ...az } = ready();
      const keep = `for word; do case "$word" in @*) cp "\${word#@}" '${file}' ;; esac; done`;
      return { ...az, "deployment group what-if": [keep, printing(changes)] };
    }

    const CALLER = "11111111-1111-1111-1111-111111111111";
    const SOMEBODY = "22222222-2222-2222-2222-222222222222";

    test.each<[string, readonly string[], object | undefined, readonly (string | undefined)[]]>([
      ["the caller", [], undefined, [CALLER, "User"]],
      ["the caller where the file of the environment says nobody", [], { operatorObjectId: "" }, [CALLER, "User"]],
      ["whom the file of the environment names", [], { operatorObjectId: SOMEBODY, operatorType: "Group" }, [SOMEBODY, "Group"]],
      ["whom a flag names, of the declared type", ["--operator-object-id", SOMEBODY], undefined, [SOMEBODY, undefined]],
      ["nobody, if a flag says so", ["--operator-object-id", ""], undefined, ["", undefined]],
    ])("the operator is %s", (_, flags, base, operator) => {
      const kept = join(folder.path, "kept.json");
      const file = join(folder.path, "bicep/parameters.dev.json");
      const parameters = Object.fromEntries(Object.entries(base ?? {}).map(([name, value]) => [name, { value }]));
      if (base !== undefined) write("bicep/parameters.dev.json", JSON.stringify({ parameters }));

      const { code } = deploy(["--what-if", "--environment-name", "dev", ...flags], keeping(kept));

      const { operatorObjectId, operatorType } = JSON.parse(readFileSync(kept, "utf8")).parameters;
      expect([operatorObjectId?.value, operatorType?.value]).toEqual(operator);
      expect(code).toBe(0);
      rmSync(file, { force: true });
      rmSync(calls, { force: true });
    });

    describe("--grant-access", () => {
      const kept = join(folder.path, "granted.json");
      const cluster =
        "/subscriptions/s-1/resourceGroups/rg-mlops-pipeline/providers/Microsoft.ContainerService/managedClusters/aks-mlops-cluster";
      const standing = JSON.stringify([{ name: "aks-mlops-cluster", id: cluster, agentPoolProfiles: [] }]);
      const held = (...value: object[]) => ({
        "rest --method get": [`case "$*" in *roleAssignments*) ${printing(JSON.stringify({ value }))} ;; *) exit 1 ;; esac`],
      });
      const roles = (roleDefinitionId: string, scope: string) => held({ id: "r", properties: { roleDefinitionId, scope } });
      const ADMIN = "/providers/Microsoft.Authorization/roleDefinitions/B1FF04BB-8a4e-4dc4-8eb5-8693973ce19b";
      const operator = () => {
        const { clusterOperatorObjectId, clusterOperatorType } = JSON.parse(readFileSync(kept, "utf8")).parameters;
        return [clusterOperatorObjectId?.value, clusterOperatorType?.value];
      };

      test.each<[string, Answers, readonly (string | undefined)[]]>([
        ["a new cluster", {}, [CALLER, "User"]],
        ["a cluster without roles", { "aks list": standing, ...held() }, [CALLER, "User"]],
        ["another role on the cluster", { "aks list": standing, ...roles("/x/other", cluster) }, [CALLER, "User"]],
        ["the role on the cluster", { "aks list": standing, ...roles(ADMIN, cluster) }, ["", undefined]],
        ["the role above it", { "aks list": standing, ...roles(ADMIN, "/subscriptions/S-1") }, ["", undefined]],
        [
          "the role on one of its namespaces",
          { "aks list": standing, ...roles(ADMIN, `${cluster}/namespaces/a`) },
          [CALLER, "User"],
        ],
      ])("with %s", (_, az, expected) => {
        const { code } = deploy(["--what-if", "--grant-access"], { ...keeping(kept), ...az });

        expect(operator()).toEqual(expected);
        expect(code).toBe(0);
        rmSync(calls, { force: true });
      });

      test("leaves a role that is held as it is, also where a flag names the caller", () => {
        const flags = ["--what-if", "--grant-access", "--cluster-operator-object-id", CALLER];

        expect(deploy(flags, { ...keeping(kept), "aks list": standing, ...roles(ADMIN, cluster) }).code).toBe(0);

        expect(operator()[0]).toBe("");
        rmSync(calls, { force: true });
      });

      test("is refused beside somebody else, and the group that was made goes again", () => {
        const flags = ["--what-if", "--grant-access", "--cluster-operator-object-id", SOMEBODY];
        const az = { ...keeping(kept), "group exists": "false", "group create": "", "group delete": "" };

        const { code, out, err } = deploy(flags, az);

        expect(err).toContain(
          `error: --grant-access is for the caller (${CALLER}), and clusterOperatorObjectId is ${SOMEBODY}\n`,
        );
        expect(out).toContain("removed resource group rg-mlops-pipeline again");
        expect(code).toBe(2);
        rmSync(calls, { force: true });
      });
    });

    describe("while the deployment goes on", () => {
      const GOES_ON =
        "  the deployment goes on in Azure; stop it with: az deployment group cancel --resource-group rg-mlops-pipeline --name main\n";
      const flags = ["--yes", "--skip-kubernetes"];
      const env = { QUAYSIDE_POLL_SECONDS: "0" };
      const begun = () => ({ ...ready(), "deployment group create": "" });

      test("looks that fail are borne, and told when they do not end", () => {
        const { code, err } = deploy(flags, begun(), env);

        expect(err).toContain(`error: deployment main of rg-mlops-pipeline cannot be read\n${GOES_ON}`);
        expect(readFileSync(calls, "utf8").match(/^deployment group show/gm)).toHaveLength(6);
        expect(code).toBe(1);
        rmSync(calls);
      });

      test("looks that fail and then do not change nothing", () => {
        const looks = join(folder.path, "looks");
        const show = [
          `echo look >> '${looks}'`,
          `case "$(grep -c . '${looks}')" in [1-5]) exit 1 ;; 6) echo Running ;; 7|8) exit 1 ;; *) echo Failed ;; esac`,
        ];

        const { code, err } = deploy(flags, { ...begun(), "deployment group show": show }, env);

        expect(err).toContain("error: deployment main of rg-mlops-pipeline: Failed\n");
        expect(err).not.toContain("goes on");
        expect(code).toBe(1);
        rmSync(calls, { force: true });
      });

      test("an end that nobody foresaw says what goes on", () => {
        const az = { ...begun(), "deployment group show": "Running", "deployment operation": "" };

        const { code, err } = deploy(flags, az, { QUAYSIDE_POLL_SECONDS: "soon" });

        expect(err).toMatch(/error: stopped at line \d+ of deploy\.sh\n {2}the deployment goes on in Azure/);
        expect(code).toBe(1);
        rmSync(calls, { force: true });
      });
    });

    const scaling = { name: "mlpool", enableAutoScaling: true, count: 5 };
    const clusters = (...agentPoolProfiles: object[]) => JSON.stringify([{ name: "aks-mlops-cluster", agentPoolProfiles }]);

    test.each<[string, Record<string, string>, readonly string[], RegExp | undefined]>([
      [
        "pools that scale by themselves are",
        { "aks list": clusters(scaling, { name: "gpupool", enableAutoScaling: false, count: 1 }) },
        [],
        /pools keep their nodes: mlpool 5\n/,
      ],
      ["pools that do not are not", { "aks list": clusters({ ...scaling, enableAutoScaling: false }) }, [], undefined],
      ["another cluster is not", { "aks list": clusters(scaling).replace("aks-mlops", "aks-other") }, [], undefined],
      ["what the person says of them is not", { "aks list": clusters(scaling) }, ["--running-nodes", '{"mlpool":4}'], undefined],
      ["a new group is not", { "group exists": "false", "group create": "", "aks list": clusters(scaling) }, [], undefined],
    ])("%s looked up before the deployment", (_, az, flags, said) => {
      const { out, err } = deploy(["--what-if", ...flags], { ...ready(), ...az });

      expect(out).toContain("what would change");
      expect(err).not.toContain("parameter runningNodes");
      if (said === undefined) expect(out).not.toContain("keep their nodes");
      else expect(out).toMatch(said);
      rmSync(calls, { force: true });
    });

    test("--help names every parameter, its variable and its default", () => {
      const { out, code } = deploy(["--help"]);

      for (const { name } of deployedParameters(definePlatform()))
        expect(out).toContain(`--${name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase()} `);
      expect(out).toContain("--aks-node-count INT [AKS_NODE_COUNT]");
      expect(out).toContain("Default Standard_DS3_v2.");
      expect(code).toBe(0);
    });
  },
);
