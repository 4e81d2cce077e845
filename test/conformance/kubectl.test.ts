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

    test("a deployment is applied, changed, scaled and restarted, and its pods say that they do not run", async () => {
      const namespace = ["-n", COMPUTE_NAMESPACE];
      const manifest = join(cluster.cloud.stateDir, "deployment.yaml");
      const web = (image: string) =>
        writeFile(
          manifest,
          `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${COMPUTE_NAMESPACE}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - {name: main, image: "${image}", ports: [{containerPort: 80}], env: [{name: A, value: "1"}]}
        - {name: side, image: "side:1"}
`,
        );
      await web("app:1");
      expect(await out("apply", "-f", manifest)).toContain("created");
      expect(await out("apply", "-f", manifest)).toContain("unchanged");
      await web("app:2");
      expect(await out("apply", "-f", manifest)).toContain("configured");
      await out("set", "image", "deployment/web", "side=side:2", ...namespace);
      await out("scale", "deployment/web", "--replicas=3", ...namespace);
      await out("rollout", "restart", "deployment/web", ...namespace);

      const images = await out(
        "get",
        "deployment",
        "web",
        ...namespace,
        "-o",
        "jsonpath={.spec.template.spec.containers[*].image}",
      );
      expect(images).toBe("app:2 side:2");
      const pods = (await out("get", "pods", "-l", "app=web", "--no-headers", ...namespace)).trim().split("\n");
      expect(pods).toHaveLength(3);
      for (const pod of pods) expect(pod).toMatch(/ 0\/2 +Pending /);
      expect(await out("describe", "pods", "-l", "app=web", ...namespace)).toContain("has no container runtime");
      expect(await out("get", "events", ...namespace)).toContain("FailedScheduling");
      expect((await run("rollout", "status", "deployment/web", "--timeout=2s", ...namespace)).code).toBe(1);
      expect(await out("get", "all", ...namespace)).toMatch(/pod\/web-[^]*deployment\.apps\/web [^]*replicaset\.apps\/web-/);
      expect(await out("rollout", "history", "deployment/web", ...namespace)).toMatch(/\n4 /);
      await out("rollout", "undo", "deployment/web", "--to-revision=1", ...namespace);
      expect(await out("delete", "deployment", "web", "--wait", ...namespace)).toContain("deleted");
      expect((await run("get", "pods", "-l", "app=web", ...namespace)).stderr).toContain("No resources found");
    });

    test("secrets, roles and bindings are made, and say who can do what", async () => {
      const namespace = ["-n", COMPUTE_NAMESPACE];
      await out("create", "secret", "generic", "db", "--from-literal=password=s3cret", ...namespace);
      await out("create", "configmap", "made", "--from-literal=a=b", ...namespace);
      expect(await out("get", "secret", "db", ...namespace, "-o", "jsonpath={.data.password}")).toBe("czNjcmV0");
      expect(await out("describe", "secret", "db", ...namespace)).toMatch(/password: +6 bytes/);
      await out("create", "role", "reader", "--verb=get,list", "--resource=pods,deployments.apps", ...namespace);
      await out("create", "rolebinding", "reader", "--role=reader", "--user=ann", ...namespace);

      const can = (...words: string[]) => run("auth", "can-i", ...words, ...namespace);
      expect(await can("get", "pods", "--as=ann")).toMatchObject({ code: 0, stdout: "yes\n" });
      expect(await can("list", "deployments.apps", "--as=ann")).toMatchObject({ code: 0, stdout: "yes\n" });
      expect((await can("delete", "pods", "--as=ann")).code).toBe(1);
      expect((await can("get", "secrets", "--as=ann")).code).toBe(1);
      expect(await can("create", "networkpolicies.networking.k8s.io")).toMatchObject({ code: 0, stdout: "yes\n" });
      expect(await out("auth", "whoami")).toContain("system:authenticated");
      expect(await out("auth", "can-i", "--list", "--as=ann", ...namespace)).toMatch(/pods +\[\] +\[\] +\[get list\]/);
      expect((await run("get", "secrets", "--as=ann", ...namespace)).stderr).toContain(
        'User "ann" cannot list resource "secrets"',
      );
      expect(await out("get", "pods", "--as=ann", ...namespace)).toBe("");
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
