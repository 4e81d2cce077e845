import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findKubectl } from "../support/kubectl.ts";
import { COMPUTE_NAMESPACE, clusterFile, type ServedCluster, startCluster } from "../support/kubernetes.ts";
import { CLUSTER, claimsOf, GROUP, startPlatform } from "../support/platform.ts";

const kubectl = await findKubectl();
if (typeof kubectl === "string")
  process.stderr.write(
    `\nSKIPPED: kubectl against the embedded AKS: ${kubectl}; test/conformance/build-kubectl.sh builds one\n\n`,
  );

describe.skipIf(typeof kubectl === "string")(
  `kubectl ${typeof kubectl === "string" ? `(skipped: ${kubectl})` : kubectl.version}`,
  () => {
    let cluster: ServedCluster;
    let file: string;

    beforeAll(async () => {
      cluster = await startCluster();
      file = await cluster.kubeconfigFile();
    });

    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
    });

    async function run(...words: string[]) {
      if (typeof kubectl === "string") throw new Error(kubectl);
      return kubectl(file, ...words);
    }

    async function out(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await run(...words);
      if (code !== 0) throw new Error(`kubectl ${words.join(" ")} ended with ${code}: ${stderr}`);
      return stdout;
    }

    const SERVER_SIDE = ["apply", "--server-side", "-k"];

    test("says which server it talks to, and lists nodes and kinds", async () => {
      expect(await out("version")).toMatch(/Server Version: v1\.\d+\.\d+/);
      expect((await out("get", "nodes", "--no-headers")).trim().split("\n")).toHaveLength(3);
      expect(await out("api-resources")).toMatch(/instancetypes +amlarc\.azureml\.com\/v1alpha1 +false +InstanceType/);
    });

    test.each(["dev", "staging", "prod"])(
      "applies the overlay %s, finds no difference, applies it again and deletes it",
      async (environment) => {
        const overlay = `kubernetes/overlays/${environment}`;
        const applied = await out(...SERVER_SIDE, overlay, "--force-conflicts");
        const lines = applied.trim().split("\n");
        const versions = () =>
          out(
            "get",
            "networkpolicies,resourcequotas,limitranges",
            "-n",
            COMPUTE_NAMESPACE,
            "-o",
            "jsonpath={.items[*].metadata.resourceVersion}",
          );
        const before = await versions();

        expect(lines.length).toBeGreaterThan(15);
        expect(lines.every((line) => line.endsWith("serverside-applied"))).toBe(true);
        expect(await run("diff", "--server-side", "-k", overlay)).toMatchObject({ code: 0, stdout: "" });
        expect((await out(...SERVER_SIDE, overlay)).trim().split("\n")).toEqual(lines);
        expect(await versions()).toBe(before);
        expect((await out("delete", "-k", overlay)).trim().split("\n")).toHaveLength(lines.length);
        expect((await run("get", "networkpolicies", "-n", COMPUTE_NAMESPACE)).stderr).toContain("No resources found");
      },
    );

    test("diff shows what an apply would change", async () => {
      const manifest = await configMap("first");
      await out("apply", "--server-side", "-f", manifest);
      await configMap("second");

      const { code, stdout } = await run("diff", "--server-side", "-f", manifest);
      expect(code).toBe(1);
      expect(stdout).toMatch(/-\s+k: first\n\+\s+k: second/);
    });

    test("explains a conflict of field managers in Kubernetes' words", async () => {
      const manifest = await configMap("mine");
      await out("apply", "--server-side", "--field-manager", "one", "--force-conflicts", "-f", manifest);
      await configMap("yours");

      const { code, stderr } = await run("apply", "--server-side", "--field-manager", "two", "-f", manifest);
      expect(code).toBe(1);
      expect(stderr).toContain('Apply failed with 1 conflict: conflict with "one": .data.k');
      expect(stderr).toContain("--force-conflicts");
    });

    test("a misspelt field is refused before anything is made", async () => {
      const manifest = await configMap("x", "dta");

      const { code, stderr } = await run("apply", "--server-side", "-f", manifest);
      expect(code).toBe(1);
      expect(stderr).toContain('unknown field "dta"');
    });

    test("client-side apply, label, describe and explain work too", async () => {
      const manifest = await configMap("1");
      await out("delete", "--ignore-not-found", "-f", manifest);
      expect(await out("apply", "-f", manifest)).toContain("created");
      expect(await out("apply", "-f", manifest)).toContain("unchanged");
      expect(await out("label", "-f", manifest, "team=one")).toContain("labeled");
      expect(await out("describe", "namespace", COMPUTE_NAMESPACE)).toContain("Status:       Active");
      expect(await out("explain", "instancetype.spec")).toContain("nodeSelector");
    });

    test("a namespace that Resource Manager owns is not kubectl's to delete", async () => {
      expect((await run("delete", "namespace", COMPUTE_NAMESPACE)).stderr).toContain("delete the managedNamespaces resource");
    });

    test("the deployed platform takes the overlay of its environment without force: instance types are equal on both ways", async () => {
      await using platform = await startPlatform();
      const { test: cloud } = platform;
      const id = `${cloud.subscription}/resourceGroups/${GROUP}/providers/Microsoft.ContainerService/managedClusters/${CLUSTER}`;
      await cloud.assign(claimsOf(await cloud.token()).oid, "aksRbacClusterAdmin", id);
      const manager = await clusterFile(cloud, id);
      if (typeof kubectl === "string") throw new Error(kubectl);

      const { code, stderr } = await kubectl(manager, ...SERVER_SIDE, "kubernetes/overlays/dev");
      expect({ code, stderr: stderr.replace(/^WARNING.*\n/gm, "") }).toEqual({ code: 0, stderr: "" });
    });

    async function configMap(value: string, member = "data"): Promise<string> {
      const manifest = join(cluster.cloud.stateDir, "config-map.yaml");
      await writeFile(
        manifest,
        `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: probe, namespace: ${COMPUTE_NAMESPACE}}\n${member}: {k: "${value}"}\n`,
      );
      return manifest;
    }
  },
);
