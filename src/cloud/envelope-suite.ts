/* oxlint-disable vitest/valid-title, vitest/expect-expect, vitest/no-disabled-tests, vitest/valid-expect -- tests are made of data here: titles and skips are given, and every expectation says what was answered */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isObject, type JsonObject } from "../base/index.ts";
import type { ProviderFactory, TypeSpec } from "./contract.ts";
import { startTestCloud, type TestCloud, type TestCloudOptions } from "./testing.ts";

/** What holds for every type, by a short name that skips refer to. */
export type EnvelopeCase =
  | "create"
  | "case"
  | "idempotent"
  | "list"
  | "not-found"
  | "group-not-found"
  | "parent-not-found"
  | "api-version"
  | "token"
  | "role"
  | "name"
  | "location"
  | "etag"
  | "patch"
  | "lock"
  | "delete";

/** One resource of one type, made for the suite. */
export interface Sample {
  /** `Microsoft.Network/virtualNetworks/subnets` */
  readonly type: string;
  /** Below the resource group: `providers/Microsoft.Network/virtualNetworks/vnet/subnets/one`. */
  readonly path: string;
  readonly body: JsonObject | ((context: SampleContext) => JsonObject);
  /** Makes what the resource needs: its parent, what it refers to. */
  readonly before?: (context: SampleContext) => Promise<void>;
  /** A name that breaks the type's rule; absent when every name goes. */
  readonly badName?: string;
  /** Cases that do not hold for the type, with the reason. */
  readonly skip?: Partial<Record<EnvelopeCase, string>>;
}

export interface SampleContext {
  readonly t: TestCloud;
  /** Id of a resource group of the sample's own. */
  readonly group: string;
  readonly subscription: string;
}

/** Runs what the envelope promises over one sample of each type: create, read, list, refuse, delete. */
export function envelopeSuite(
  title: string,
  samples: readonly Sample[],
  providers?: readonly ProviderFactory[],
  options: TestCloudOptions = {},
): void {
  describe(title, () => {
    let cloud: TestCloud | undefined;
    beforeAll(async () => {
      cloud = await startTestCloud(providers === undefined ? options : { ...options, providers });
    });
    afterAll(() => cloud?.close());
    const running = () => {
      if (cloud === undefined) throw new Error("the cloud did not start");
      return cloud;
    };
    for (const [at, sample] of samples.entries()) {
      describe(sample.type, () => {
        cases(sample, `rg-${at}`, running);
      });
    }
  });
}

interface Subject extends SampleContext {
  readonly id: string;
  readonly name: string;
  readonly spec: TypeSpec;
  readonly apiVersion: string;
  readonly body: JsonObject;
  readonly stranger: string;
}

/** Ends the case as not applicable, with the reason. */
type Skip = (why: string) => never;

function cases(sample: Sample, groupName: string, cloud: () => TestCloud): void {
  let prepared: Subject | undefined;
  const subject = () => {
    if (prepared === undefined) throw new Error("the sample was not prepared");
    return prepared;
  };
  const holds = (name: EnvelopeCase, words: string, run: (s: Subject, skip: Skip) => Promise<void>) => {
    const reason = sample.skip?.[name];
    if (reason === undefined) test(words, (context) => run(subject(), (why) => context.skip(why)));
    else test.skip(`${words} (${reason})`, () => undefined);
  };

  beforeAll(async () => {
    const t = cloud();
    const group = await t.group(groupName);
    const context: SampleContext = { t, group, subscription: t.subscription };
    await sample.before?.(context);
    const spec = t.types.get(sample.type);
    const apiVersion = spec?.apiVersions[0];
    if (spec === undefined || apiVersion === undefined) throw new Error(`no provider has ${sample.type}`);
    const id = `${group}/${sample.path}`;
    const body = typeof sample.body === "function" ? sample.body(context) : sample.body;
    const stranger = (await t.principal(`stranger-${groupName}`)).token;
    prepared = { ...context, id, name: id.slice(id.lastIndexOf("/") + 1), spec, apiVersion, body, stranger };
  });

  holds("create", "a PUT creates it, and a GET shows it Succeeded", async ({ apiVersion, body, id, name, spec, t }) => {
    const created = await t.ask("PUT", id, { body, apiVersion });
    expect(created, JSON.stringify(created.body)).toHaveProperty("status", spec.status.created);
    expect(created.headers.get("retry-after")).not.toBe("0");
    expect(created.headers.get("x-ms-request-id")).toBeTruthy();
    const settled = await t.settle(created);
    expect(settled.status, JSON.stringify(settled.body)).toBeLessThan(202);
    if (settled !== created) expect(settled.json.status, JSON.stringify(settled.body)).toBe("Succeeded");
    const shown = await t.ask("GET", id, { apiVersion });
    expect(shown.json).toMatchObject({ id, name, type: sample.type, properties: { provisioningState: "Succeeded" } });
    expect(Object.keys(isObject(shown.json.systemData) ? shown.json.systemData : {}).sort()).toEqual([
      "createdAt",
      "createdBy",
      "createdByType",
      "lastModifiedAt",
      "lastModifiedBy",
      "lastModifiedByType",
    ]);
    expect((await t.ask("HEAD", id, { apiVersion })).status).toBe(204);
  });

  holds("case", "its id is found in any case and shown in one", async ({ apiVersion, id, t }) => {
    expect((await t.ask("GET", id.toUpperCase(), { apiVersion })).json.id).toBe(id);
    expect((await t.ask("GET", `/${id.replace("/providers/", "//providers/")}`, { apiVersion })).json.id).toBe(id);
  });

  holds("idempotent", "the same PUT again changes nothing but who touched it last", async ({ apiVersion, body, id, spec, t }) => {
    const before = (await t.ask("GET", id, { apiVersion })).json;
    const again = await t.ask("PUT", id, { body, apiVersion });
    expect(again.status, JSON.stringify(again.body)).toBe(spec.createOnly === true ? 409 : spec.status.updated);
    if (spec.createOnly === true) return;
    await t.settle(again);
    const after = (await t.ask("GET", id, { apiVersion })).json;
    expect(stable(after)).toEqual(stable(before));
  });

  holds("list", "its collection lists it", async ({ apiVersion, id, t }) => {
    const collection = id.slice(0, id.lastIndexOf("/"));
    expect(idsIn(await t.ask("GET", collection, { apiVersion }))).toContain(id);
  });

  holds("not-found", "another name is not found", async ({ apiVersion, id, name, t }) => {
    const other = `${id.slice(0, -name.length)}zz${name}`;
    const missing = await t.ask("GET", other, { apiVersion });
    expect([missing.status, missing.code]).toEqual([404, "ResourceNotFound"]);
    expect((await t.ask("HEAD", other, { apiVersion })).status).toBe(404);
  });

  holds("group-not-found", "a resource group that does not exist is not found", async ({ apiVersion, body, group, id, t }) => {
    const elsewhere = id.replace(group, `${group}-none`);
    for (const method of ["GET", "PUT"]) {
      const answer = await t.ask(method, elsewhere, { apiVersion, ...(method === "PUT" ? { body } : {}) });
      expect([answer.status, answer.code], method).toEqual([404, "ResourceGroupNotFound"]);
    }
  });

  holds(
    "parent-not-found",
    "a PUT below a parent that does not exist is refused",
    async ({ apiVersion, body, id, spec, t }, skip) => {
      const parts = id.split("/");
      const isBelow = spec.type.includes("/") || spec.extension === true;
      if (!isBelow) skip("it lives in a resource group");
      if (spec.parentImplied === true) skip("a PUT makes its parent");
      const parentAt = spec.type.includes("/") ? parts.length - 3 : parts.lastIndexOf("providers") - 1;
      const answer = await t.ask("PUT", parts.with(parentAt, "none0").join("/"), { apiVersion, body });
      expect([answer.status, answer.code]).toEqual([404, "ParentResourceNotFound"]);
    },
  );

  holds("api-version", "a missing, malformed or too old api-version is refused", async ({ id, t }) => {
    const codes = [];
    for (const apiVersion of [null, "latest", "2001-01-01"]) codes.push((await t.ask("GET", id, { apiVersion })).code);
    expect(codes).toEqual(["MissingApiVersionParameter", "InvalidApiVersionParameter", "NoRegisteredProviderFound"]);
  });

  holds("token", "without a token there is a challenge", async ({ apiVersion, id, t }) => {
    const answer = await t.ask("GET", id, { apiVersion, token: null });
    expect([answer.status, answer.code]).toEqual([401, "AuthenticationFailed"]);
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer authorization_uri="https:/);
  });

  holds(
    "role",
    "a principal without a role may neither read nor write nor delete it, and a reader may read",
    async ({ apiVersion, body, id, stranger, t }) => {
      for (const [method, verb] of Object.entries({ GET: "read", PUT: "write", DELETE: "delete" })) {
        const answer = await t.ask(method, id, { apiVersion, token: stranger, ...(method === "PUT" ? { body } : {}) });
        expect([answer.status, answer.code], method).toEqual([403, "AuthorizationFailed"]);
        expect(JSON.stringify(answer.body)).toContain(`${sample.type}/${verb}`);
      }
      const reader = await t.principal("reader");
      await t.assign(reader.objectId, "reader", id);
      expect((await t.ask("GET", id, { apiVersion, token: reader.token })).status).toBe(200);
      expect((await t.ask("PUT", id, { apiVersion, token: reader.token, body })).code).toBe("AuthorizationFailed");
    },
  );

  holds("name", "a name that breaks the rule is refused", async ({ apiVersion, body, id, name, t }, skip) => {
    if (sample.badName === undefined) return skip("the sample has no bad name");
    const answer = await t.ask("PUT", `${id.slice(0, -name.length)}${encodeURIComponent(sample.badName)}`, { apiVersion, body });
    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
  });

  holds(
    "location",
    "a location that is missing, unknown or another one is refused",
    async ({ apiVersion, body, id, name, spec, t }, skip) => {
      if (spec.location === "inherited") skip("it has no location of its own");
      const fresh = `${id.slice(0, -name.length)}${name}x`;
      const { location: _location, ...without } = body;
      expect((await t.ask("PUT", fresh, { apiVersion, body: without })).code).toBe("LocationRequired");
      expect((await t.ask("PUT", fresh, { apiVersion, body: { ...body, location: "atlantis" } })).code).toBe(
        "LocationNotAvailableForResourceType",
      );
      expect((await t.ask("PUT", id, { apiVersion, body: { ...body, location: "uaenorth" } })).code).toBe(
        "InvalidResourceLocation",
      );
    },
  );

  holds("etag", "conditions on its ETag are kept", async ({ apiVersion, body, id, t }) => {
    const etag = (await t.ask("GET", id, { apiVersion })).headers.get("etag");
    expect(etag).toBeTruthy();
    expect((await t.ask("PUT", id, { apiVersion, body, headers: { "if-match": '"other"' } })).status).toBe(412);
    expect((await t.ask("PUT", id, { apiVersion, body, headers: { "if-none-match": "*" } })).status).toBe(412);
    expect((await t.ask("DELETE", id, { apiVersion, headers: { "if-match": '"other"' } })).status).toBe(412);
  });

  holds("patch", "a PATCH of its tags keeps the rest, or is refused as a method", async ({ apiVersion, id, spec, t }) => {
    const before = (await t.ask("GET", id, { apiVersion })).json;
    const patched = await t.ask("PATCH", id, { apiVersion, body: { tags: { patched: "yes" } } });
    if (spec.patch !== true) {
      expect(patched.status).toBe(405);
      return;
    }
    expect(patched.status, JSON.stringify(patched.body)).toBeLessThan(300);
    await t.settle(patched);
    const after = (await t.ask("GET", id, { apiVersion })).json;
    expect(after.tags).toEqual({ patched: "yes" });
    expect(stable({ ...after, tags: before.tags })).toEqual(stable(before));
  });

  holds("lock", "a lock stops its deletion until it is gone", async ({ apiVersion, id, t }) => {
    const lock = `${id}/providers/Microsoft.Authorization/locks/keep`;
    expect((await t.ask("PUT", lock, { apiVersion: "2020-05-01", body: { properties: { level: "CanNotDelete" } } })).status).toBe(
      201,
    );
    const refused = await t.ask("DELETE", id, { apiVersion });
    expect([refused.status, refused.code]).toEqual([409, "ScopeLocked"]);
    expect((await t.ask("DELETE", lock, { apiVersion: "2020-05-01" })).status).toBe(200);
  });

  holds("delete", "a DELETE takes it away, and a second one finds nothing", async ({ apiVersion, id, spec, t }) => {
    const deleted = await t.ask("DELETE", id, { apiVersion });
    expect(deleted.status, JSON.stringify(deleted.body)).toBe(spec.deleteDurationMs === undefined ? spec.status.deleted : 202);
    const settled = await t.settle(deleted);
    if (settled !== deleted) expect(settled.json.status, JSON.stringify(settled.body)).toBe("Succeeded");
    expect((await t.ask("GET", id, { apiVersion })).status).toBe(404);
    expect((await t.ask("DELETE", id, { apiVersion })).status).toBe(204);
  });
}

/** Without what every write moves. */
function stable({ etag: _etag, systemData: _systemData, ...rest }: JsonObject): JsonObject {
  return JSON.parse(
    JSON.stringify(rest, (key, value: unknown) =>
      /^(etag|lastModified\w*|updated\w*|changed\w*|modified\w*)$/i.test(key) ? undefined : value,
    ),
  ) as JsonObject;
}

function idsIn({ body }: { body: unknown }): unknown[] {
  return isObject(body) && Array.isArray(body.value) ? body.value.map((item) => (isObject(item) ? item.id : undefined)) : [];
}
