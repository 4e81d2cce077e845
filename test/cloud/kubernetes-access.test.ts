import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/base/index.ts";
import { COMPUTE_NAMESPACE, connectionOf, readAdminKubeconfig, type ServedCluster, startCluster } from "../support/kubernetes.ts";

const CORE = `/api/v1/namespaces/${COMPUTE_NAMESPACE}`;
const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";

interface Person {
  readonly id: string;
  readonly token: string;
}

let cluster: ServedCluster;
let server: string;
let admin: Person;

/** Somebody with the kubeconfig and no role that opens anything. */
async function person(name: string): Promise<Person> {
  const who = await cluster.cloud.principal(name);
  await cluster.cloud.assign(who.objectId, "aksClusterUser", cluster.id);
  return { id: who.objectId, token: (await cluster.connect(who)).token };
}

const ask = (who: Person, method: string, path: string, body?: JsonObject, headers: Record<string, string> = {}) =>
  cluster.cloud.ask(method, `${server}${path}`, {
    apiVersion: null,
    token: who.token,
    headers,
    ...(body === undefined ? {} : { body }),
  });

async function statusOf(...request: Parameters<typeof ask>): Promise<number> {
  return (await ask(...request)).status;
}

function role(kind: "Role" | "ClusterRole", name: string, rules: JsonObject[]): JsonObject {
  return { apiVersion: `${GROUP}/v1`, kind, metadata: { name }, rules };
}

function binding(kind: "RoleBinding" | "ClusterRoleBinding", name: string, roleRef: JsonObject, who: Person): JsonObject {
  return {
    apiVersion: `${GROUP}/v1`,
    kind,
    metadata: { name },
    roleRef: { apiGroup: GROUP, ...roleRef },
    subjects: [{ kind: "User", apiGroup: GROUP, name: who.id }],
  };
}

const READ_MAPS = { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list"] };

describe("a cluster that decides by Kubernetes' roles alone", () => {
  beforeAll(async () => {
    cluster = await startCluster({ aadProfile: { managed: true, enableAzureRBAC: false }, disableLocalAccounts: false });
    const connection = connectionOf(await readAdminKubeconfig(cluster.cloud, cluster.id));
    server = connection.server;
    admin = { id: "masterclient", token: connection.token };
  });

  afterAll(() => cluster[Symbol.asyncDispose]());

  test("lets nobody in without a binding, whatever roles they hold in Azure", async () => {
    const owner = await person("azure-owner");
    await cluster.cloud.assign(owner.id, "aksRbacClusterAdmin", cluster.id);

    expect(await ask(owner, "GET", `${CORE}/configmaps`)).toMatchObject({
      status: 403,
      json: {
        message: `configmaps is forbidden: User "${owner.id}" cannot list resource "configmaps" in API group "" in the namespace "${COMPUTE_NAMESPACE}"`,
      },
    });
  });

  test("a role and its binding open what the role names, where the binding is", async () => {
    const reader = await person("reader");
    await ask(admin, "POST", `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/roles`, role("Role", "maps", [READ_MAPS]));
    expect(await statusOf(reader, "GET", `${CORE}/configmaps`)).toBe(403);
    await ask(
      admin,
      "POST",
      `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/rolebindings`,
      binding("RoleBinding", "maps", { kind: "Role", name: "maps" }, reader),
    );

    expect(await statusOf(reader, "GET", `${CORE}/configmaps`)).toBe(200);
    expect(await statusOf(reader, "POST", `${CORE}/configmaps`, { metadata: { name: "x" } })).toBe(403);
    expect(await statusOf(reader, "GET", "/api/v1/namespaces/default/configmaps")).toBe(403);
    expect(await statusOf(reader, "GET", "/api/v1/configmaps")).toBe(403);
    expect(await statusOf(reader, "GET", `${CORE}/secrets`)).toBe(403);
  });

  test("resource names and subresources narrow a rule", async () => {
    const one = await person("one-map");
    const rules = [
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["mine"], verbs: ["get"] },
      { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
    ];
    await ask(admin, "POST", `${RBAC}/clusterroles`, role("ClusterRole", "narrow", rules));
    await ask(
      admin,
      "POST",
      `${RBAC}/clusterrolebindings`,
      binding("ClusterRoleBinding", "narrow", { kind: "ClusterRole", name: "narrow" }, one),
    );

    expect(await statusOf(one, "GET", `${CORE}/configmaps/mine`)).toBe(404);
    expect(await statusOf(one, "GET", `${CORE}/configmaps/theirs`)).toBe(403);
    expect(await statusOf(one, "GET", `${CORE}/configmaps`)).toBe(403);
    expect(await statusOf(one, "GET", `${CORE}/pods/x/log`)).toBe(404);
    expect(await statusOf(one, "GET", `${CORE}/pods/x`)).toBe(403);
  });

  test("nobody hands out more than they have", async () => {
    const lead = await person("lead");
    await ask(
      admin,
      "POST",
      `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/rolebindings`,
      binding("RoleBinding", "lead", { kind: "ClusterRole", name: "admin" }, lead),
    );
    const roles = `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/roles`;
    const bindings = `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/rolebindings`;

    expect(await statusOf(lead, "POST", roles, role("Role", "fine", [READ_MAPS]))).toBe(201);
    const beyond = await ask(
      lead,
      "POST",
      roles,
      role("Role", "beyond", [{ apiGroups: [""], resources: ["resourcequotas"], verbs: ["delete"] }]),
    );
    expect(beyond).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining("is attempting to grant RBAC permissions not currently held") as string },
    });
    expect(
      await statusOf(lead, "POST", bindings, binding("RoleBinding", "up", { kind: "ClusterRole", name: "cluster-admin" }, lead)),
    ).toBe(403);
    expect(
      await statusOf(lead, "POST", bindings, binding("RoleBinding", "same", { kind: "ClusterRole", name: "edit" }, lead)),
    ).toBe(201);
    expect(
      await statusOf(
        lead,
        "PATCH",
        `${roles}/fine`,
        { rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] },
        {
          "content-type": "application/merge-patch+json",
        },
      ),
    ).toBe(403);
  });

  test("an aggregated role has the rules of those that it selects", async () => {
    const wide = await person("aggregated");
    await ask(admin, "POST", `${RBAC}/clusterroles`, {
      ...role("ClusterRole", "part", [READ_MAPS]),
      metadata: { name: "part", labels: { into: "sum" } },
    });
    await ask(admin, "POST", `${RBAC}/clusterroles`, {
      ...role("ClusterRole", "sum", []),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: "sum" } }] },
    });
    await ask(
      admin,
      "POST",
      `${RBAC}/clusterrolebindings`,
      binding("ClusterRoleBinding", "sum", { kind: "ClusterRole", name: "sum" }, wide),
    );

    expect(await statusOf(wide, "GET", `${CORE}/configmaps`)).toBe(200);
  });

  test("a role that gathers others is written by those alone who may do everything", async () => {
    const climber = await person("climber");
    const roles = { apiGroups: [GROUP], resources: ["clusterroles", "clusterrolebindings"], verbs: ["create", "get", "patch"] };
    await ask(admin, "POST", `${RBAC}/clusterroles`, role("ClusterRole", "role-writer", [roles]));
    await ask(
      admin,
      "POST",
      `${RBAC}/clusterrolebindings`,
      binding("ClusterRoleBinding", "role-writer", { kind: "ClusterRole", name: "role-writer" }, climber),
    );
    const own = binding("ClusterRoleBinding", "ladder", { kind: "ClusterRole", name: "ladder" }, climber);
    expect(await statusOf(climber, "POST", `${RBAC}/clusterroles`, role("ClusterRole", "ladder", []))).toBe(201);
    expect(await statusOf(climber, "POST", `${RBAC}/clusterrolebindings`, own)).toBe(201);

    const everyRole = { clusterRoleSelectors: [{ matchLabels: { "kubernetes.io/bootstrapping": "rbac-defaults" } }] };
    const gathering = await ask(
      climber,
      "PATCH",
      `${RBAC}/clusterroles/ladder`,
      { aggregationRule: everyRole },
      { "content-type": "application/merge-patch+json" },
    );
    expect(gathering).toMatchObject({
      status: 403,
      json: { message: expect.stringContaining("permissions not currently held") as string },
    });
    expect(await statusOf(climber, "GET", `${CORE}/secrets`)).toBe(403);
    const made = { ...role("ClusterRole", "other-ladder", []), aggregationRule: everyRole };
    expect(await statusOf(climber, "POST", `${RBAC}/clusterroles`, made)).toBe(403);
    expect(await statusOf(admin, "POST", `${RBAC}/clusterroles`, made)).toBe(201);
  });

  test("a review answers as a request would be, and for others only to those who may ask", async () => {
    const someone = await person("asks");
    const path = "/apis/authorization.k8s.io/v1";
    const attributes = { namespace: COMPUTE_NAMESPACE, verb: "delete", resource: "pods" };

    expect(
      (await ask(someone, "POST", `${path}/selfsubjectaccessreviews`, { spec: { resourceAttributes: attributes } })).json,
    ).toMatchObject({ status: { allowed: false } });
    expect(
      (await ask(admin, "POST", `${path}/selfsubjectaccessreviews`, { spec: { resourceAttributes: attributes } })).json,
    ).toMatchObject({
      status: { allowed: true },
    });
    const other = { spec: { resourceAttributes: attributes, user: someone.id } };
    expect(await statusOf(someone, "POST", `${path}/subjectaccessreviews`, other)).toBe(403);
    expect((await ask(admin, "POST", `${path}/subjectaccessreviews`, other)).json).toMatchObject({ status: { allowed: false } });
    expect((await ask(someone, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})).json).toMatchObject({
      status: { userInfo: { username: someone.id, groups: ["system:authenticated"] } },
    });
  });

  test("acting as somebody else is for those who may impersonate", async () => {
    const someone = await person("impersonator");
    const as = { "impersonate-user": someone.id };

    expect(await statusOf(someone, "GET", `${CORE}/configmaps`, undefined, { "impersonate-user": "masterclient" })).toBe(403);
    expect(await statusOf(admin, "GET", `${CORE}/configmaps`, undefined, as)).toBe(403);
    expect(await statusOf(admin, "GET", `${CORE}/configmaps`, undefined, { ...as, "impersonate-group": "system:masters" })).toBe(
      200,
    );
    expect(await statusOf(admin, "GET", `${CORE}/configmaps`, undefined, { ...as, "impersonate-extra-team": "a" })).toBe(405);
  });

  test("a damaged or foreign protobuf body is refused, and harms nobody", async () => {
    const post = (bytes: string) =>
      cluster.cloud.ask("POST", `${server}${CORE}/configmaps`, {
        apiVersion: null,
        token: admin.token,
        body: bytes,
        headers: { "content-type": "application/vnd.kubernetes.protobuf" },
      });

    expect((await post("k8s\0\x0a\x7f")).status).toBe(400);
    expect((await post("k8s\0\x0b")).status).toBe(400);
    expect((await post("{}")).status).toBe(400);
    expect((await post("k8s\0")).status).toBe(415);
  });
});

describe("secrets", () => {
  beforeAll(async () => {
    cluster = await startCluster();
    const connection = await cluster.connect();
    server = connection.server;
    admin = { id: "owner", token: connection.token };
  });

  afterAll(() => cluster[Symbol.asyncDispose]());

  test("are read back as written, and are in no file of the cloud's state", async () => {
    const made = await ask(admin, "POST", `${CORE}/secrets`, {
      metadata: { name: "db" },
      stringData: { password: "open-sesame-1701" },
    });
    expect(made.json).toMatchObject({ type: "Opaque", data: { password: Buffer.from("open-sesame-1701").toString("base64") } });
    expect(made.json).not.toHaveProperty("stringData");
    expect((await ask(admin, "GET", `${CORE}/secrets`)).json.items).toHaveLength(1);

    const stored = cluster.cloud.host.store.list<JsonObject>("kubernetes-objects").map(({ value }) => JSON.stringify(value));
    expect(stored.length).toBeGreaterThan(5);
    expect(stored.filter((text) => text.includes(Buffer.from("open-sesame-1701").toString("base64")))).toEqual([]);
    for (const name of (await readdir(cluster.cloud.stateDir)).filter((each) => each.startsWith("cloud.db")))
      expect(
        (await readFile(join(cluster.cloud.stateDir, name))).includes(Buffer.from("open-sesame-1701").toString("base64")),
      ).toBe(false);
  });

  test("are for a writer, not for a reader of the cluster", async () => {
    const [reader, writer] = [await person("secret-reader"), await person("secret-writer")];
    await cluster.cloud.assign(reader.id, "aksRbacReader", cluster.id);
    await cluster.cloud.assign(writer.id, "aksRbacWriter", `${cluster.id}/namespaces/${COMPUTE_NAMESPACE}`);

    expect(await statusOf(reader, "GET", `${CORE}/pods`)).toBe(200);
    expect(await statusOf(reader, "GET", `${CORE}/secrets/db`)).toBe(403);
    expect(await statusOf(writer, "GET", `${CORE}/secrets/db`)).toBe(200);
    expect(await statusOf(writer, "GET", "/api/v1/namespaces/default/secrets")).toBe(403);
    expect(await statusOf(writer, "GET", `${RBAC}/namespaces/${COMPUTE_NAMESPACE}/roles`)).toBe(403);
  });

  test.each([
    ["a TLS secret without its key", { type: "kubernetes.io/tls", stringData: { "tls.crt": "x" } }, "data[tls.key]"],
    ["data that is no base64", { data: { a: "#" } }, "must be base64"],
  ])("%s is refused, and the refusal shows no value", async (_, body, said) => {
    const answer = await ask(admin, "POST", `${CORE}/secrets`, { metadata: { name: "bad" }, ...body });

    expect(answer).toMatchObject({ status: 422, json: { message: expect.stringContaining(said) as string } });
  });
});

test("Azure's roles and Kubernetes' add up", async () => {
  await using other = await startCluster();
  cluster = other;
  const connection = await other.connect();
  server = connection.server;
  admin = { id: "owner", token: connection.token };
  const someone = await person("both");
  await ask(admin, "POST", `${RBAC}/clusterroles`, role("ClusterRole", "maps", [READ_MAPS]));
  await ask(
    admin,
    "POST",
    `${RBAC}/clusterrolebindings`,
    binding("ClusterRoleBinding", "maps", { kind: "ClusterRole", name: "maps" }, someone),
  );
  expect(await statusOf(someone, "GET", `${CORE}/configmaps`)).toBe(200);
  expect(await statusOf(someone, "GET", `${CORE}/pods`)).toBe(403);
  await other.cloud.assign(someone.id, "aksRbacReader", other.id);

  expect(await statusOf(someone, "GET", `${CORE}/pods`)).toBe(200);
});
