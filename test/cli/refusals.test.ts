import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { quayside, repository, startQuayside, temporaryFolder } from "../support/quayside.ts";

describe("what is typed", () => {
  test("an unknown command is a usage error with a suggestion", async () => {
    const { code, err } = await startQuayside(["upp"]).finished;

    expect(err).toContain("did you mean `up`?");
    expect(code).toBe(2);
  });

  test("an unknown flag is a usage error with a suggestion", async () => {
    const { code, err } = await startQuayside(["up", "--kep"]).finished;

    expect(err).toContain("did you mean --keep?");
    expect(code).toBe(2);
  });

  test("with --json a usage error is a JSON line, too", async () => {
    const { code, out, err } = await startQuayside(["up", "--kep", "--json"]).finished;

    expect(JSON.parse(out)).toEqual({
      event: "error",
      error: { code: "cli.usage", message: expect.stringContaining("did you mean --keep?") },
    });
    expect(err).toBe("");
    expect(code).toBe(2);
  });

  test("an unknown target names the targets", async () => {
    const { code, err } = await quayside(["emit", "pulumi"]);

    expect(err).toContain("error cli.unknown-target: there is no target pulumi");
    expect(err).toContain("arm, bicep");
    expect(code).toBe(2);
  });

  test("Azure without a subscription says which one is missing", async () => {
    const { code, err } = await quayside(["status", "--cloud", "azure"]);

    expect(err).toContain("error cli.no-subscription: no subscription is named");
    expect(code).toBe(2);
  });

  test("a cloud that is not an address is refused", async () => {
    const { code, err } = await startQuayside(["status", "--cloud", "mars", "--subscription", "s"]).finished;

    expect(err).toContain('Failed to parse "mars" for cloud: it is rehearsal, azure or an https:// address');
    expect(code).toBe(2);
  });

  test("a file of data that cannot be read is refused before anybody is asked", async () => {
    const { code, err } = await quayside(["model", "score", "--data", "@nowhere.json"]);

    expect(err).toContain("error cli.unreadable-data");
    expect(code).toBe(2);
  });

  test("a state folder where none can be made is refused, also where the system says not found", async () => {
    const { code, err } = await quayside(["cloud", "start", "--state", "/proc/nowhere/state"]);

    expect(err).toContain("error cli.state-unwritable");
    expect(code).toBe(1);
  });

  test("help is a command, too", async () => {
    const { code, out } = await startQuayside(["help", "cloud", "start"]).finished;

    expect(out).toContain("quayside cloud start");
    expect(code).toBe(0);
  });

  test("a rehearsal that does not run cannot be asked", async () => {
    using folder = temporaryFolder();

    const { code, err } = await quayside(["status", "--state", folder.path]);

    expect(err).toContain("error cli.no-cloud");
    expect(code).toBe(1);
  });
});

describe("parameters", () => {
  test.each([
    ["aksNodeCuont=3", "parameter.unknown", "there is no parameter aksNodeCuont"],
    ["aksNodeCount=many", "parameter.type", "not an integer"],
    ["aksNodeCount=101", "parameter.out-of-range", "101"],
    ["environmentName=production", "parameter.not-allowed", "production"],
    ["nameSuffix=UPPER", "parameter.pattern", "UPPER"],
    ["nodeSubnetPrefix=10.40.6.0/24", "platform.subnets-overlap", "overlap"],
    ["nodeSubnetPrefix=10.40.0.0/29", "platform.subnet-too-small", "10.40.0.0/29"],
  ])("%s is refused before anything starts", async (assignment, errorCode, words) => {
    using folder = temporaryFolder();

    const { code, err } = await quayside(["up", "--state", folder.path, "-P", assignment]);

    expect(err).toContain(`error ${errorCode}: parameters.`);
    expect(err).toContain(words);
    expect(code).toBe(3);
  });

  test("all problems are shown at once, and as JSON lines when asked", async () => {
    const { code, out } = await quayside(["up", "--json", "-P", "aksNodeCount=0", "-P", "colour=red"]);

    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; error?: { code: string } });
    expect(lines.map(({ error }) => error?.code)).toEqual(["parameter.out-of-range", "parameter.unknown"]);
    expect(code).toBe(3);
  });

  test("environment variables, the file and the command line are taken in this order", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "parameters.json");
    writeFileSync(file, JSON.stringify({ parameters: { aksNodeCount: { value: 500 } } }));

    const environment = await quayside(["up", "-P", "colour=red"], { env: { AKS_NODE_COUNT: "400" } });
    const fromFile = await quayside(["up", "-p", file], { env: { AKS_NODE_COUNT: "400" } });
    const typed = await quayside(["up", "-p", file, "-P", "aksNodeCount=600"]);

    expect(environment.err).toContain("400");
    expect(fromFile.err).toContain("500");
    expect(typed.err).toContain("600");
  });

  test.each([
    ["nothing", undefined, "cannot be read"],
    ["text", "hello", "is not JSON"],
    ["other JSON", "{}", 'has no "parameters" object'],
    [
      "a key that is there twice",
      '{"parameters":{"location":{"value":"a"},\n"location":{"value":"b"}}}',
      'gives the key "location" twice; the second is in line 2',
    ],
    ["a reference", '{"parameters":{"location":{"reference":{}}}}', "gives parameter location by a reference to a vault"],
    ["a bare value", '{"parameters":{"location":"eastus"}}', 'gives parameter location no "value"'],
  ])("a parameters file that holds %s is refused", async (_what, content, words) => {
    using folder = temporaryFolder();
    const file = join(folder.path, "parameters.json");
    if (content !== undefined) writeFileSync(file, content);

    const { code, err } = await quayside(["up", "-p", file]);

    expect(err).toContain("error parameters.bad-file");
    expect(err).toContain(words);
    expect(code).toBe(3);
  });
});

test("a parameters file that an editor began with a byte order mark is read", async () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "parameters.json");
  writeFileSync(file, '\uFEFF{"parameters":{"aksNodeCount":{"value":500}}}');

  expect((await quayside(["plan", "-p", file])).err).toContain("aksNodeCount is 500");
});

test.each(["rg.", "", "a b", "r".repeat(91)])(
  "a resource group that is named %j is refused before anything starts",
  async (name) => {
    const { code, err } = await quayside(["plan", "--resource-group", name]);

    expect(err).toContain(
      `error cli.bad-resource-group: ${JSON.stringify(name)} is not a name that Azure takes for a resource group`,
    );
    expect(code).toBe(2);
  },
);

test("up refuses such a name, too, and starts no Azure for it", async () => {
  using folder = temporaryFolder();

  const { code, out, err } = await quayside(["up", "--state", folder.path, "--resource-group", "rg."]);

  expect(err).toContain("error cli.bad-resource-group");
  expect(out + err).not.toContain("start the embedded Azure");
  expect(code).toBe(2);
});

describe("a model's files", () => {
  test.each([
    [
      "endpoint.yml",
      (text: string) => `${text}traffic: { blue: 60, green: 30 }\n`,
      "files.invalid",
      "traffic must sum to 0 or 100",
    ],
    ["endpoint.yml", (text: string) => `${text}colour: red\n`, "files.unknown-key", "unknown key colour"],
    [
      "endpoint.yml",
      (text: string) => `${text}mirror_traffic: { green: 10 }\n`,
      "files.unsupported-key",
      "Azure ML does not mirror traffic on Kubernetes endpoints",
    ],
    [
      "endpoint.yml",
      (text: string) => text.replace("name: mlops-endpoint", "name: 1"),
      "files.wrong-type",
      "endpoint.yml:2 name",
    ],
    [
      "deployment.yml",
      (text: string) => text.replace("instance_count: 2", "instance_count: none"),
      "files.wrong-type",
      "instance_count",
    ],
    [
      "job.yml",
      (text: string) => text.replace("compute: azureml:aks-compute", "compute: aks-compute"),
      "files.invalid",
      "expected azureml:name",
    ],
    ["job.yml", (text: string) => `${text}inputs: [`, "files.not-yaml", "job.yml"],
    ["release.yml", (text: string) => text.replace("[10, 50, 100]", "[10, 50]"), "files.invalid", "the last step must be 100"],
    ["release.yml", (text: string) => text.replace("[10, 50, 100]", "[50, 10, 100]"), "files.invalid", "steps must rise"],
    ["requests.json", () => "{}", "files.invalid", "JSON array of request bodies"],
  ])("%s with a mistake is refused with its place (%#)", async (name, edit, errorCode, words) => {
    using folder = temporaryFolder();
    const model = join(folder.path, "model");
    cpSync(join(repository, "examples/iris"), model, { recursive: true });
    writeFileSync(join(model, name), edit(readFileSync(join(model, name), "utf8")));

    const { code, err } = await quayside(["up", "--model", model, "--state", folder.path]);

    expect(err).toContain(`error ${errorCode}`);
    expect(err).toContain(words);
    expect(code).toBe(3);
  });

  test("a folder without release.yml is refused", async () => {
    using folder = temporaryFolder();

    const { code, err } = await quayside(["up", "--model", folder.path]);

    expect(err).toContain("error files.not-found");
    expect(err).toContain("release.yml cannot be read");
    expect(code).toBe(2);
  });
});
