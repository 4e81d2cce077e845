import { expect, test } from "vitest";
import { createMetrics } from "../metrics.ts";
import type { EndpointRoute } from "../protocol.ts";
import { chooseAgain, chooseDeployment, chooseInstance } from "./choose.ts";
import { noteFailure, noteSuccess } from "./instance.ts";
import { buildTable, EMPTY_TABLE, type Endpoint } from "./table.ts";

/** Deployments as name, weight and number of instances; nothing listens at their addresses. */
function endpointOf(...deployments: readonly [name: string, weight: number, instances: number][]): Endpoint {
  const route: EndpointRoute = {
    name: "e",
    credentials: [],
    deployments: deployments.map(([name, weight, instances]) => ({
      name,
      weight,
      instances: Array.from({ length: instances }, (_, at) => `http://${name}-${at}.test`),
      model: { name: "m", version: "1" },
      requestTimeoutMs: 1000,
    })),
  };
  const endpoint = buildTable({ type: "routes", version: 1, endpoints: [route] }, EMPTY_TABLE, createMetrics()).endpoints.get(
    "e",
  );
  if (endpoint === undefined) throw new Error("the table lacks the endpoint");
  return endpoint;
}

const share = (endpoint: Endpoint, name: string, now = 0) => {
  const draws = 10_000;
  const chosen = Array.from({ length: draws }, (_, at) => chooseDeployment(endpoint, now, (at + 0.5) / draws));
  return chosen.filter((deployment) => deployment?.name === name).length / draws;
};

test("deployments are chosen by their weights", () => {
  const endpoint = endpointOf(["blue", 90, 1], ["green", 10, 1]);

  expect([share(endpoint, "blue"), share(endpoint, "green")]).toEqual([0.9, 0.1]);
});

test("a deployment without an instance takes no traffic, whatever its weight, and one without weight neither", () => {
  const endpoint = endpointOf(["blue", 50, 0], ["green", 50, 1], ["grey", 0, 1]);

  expect(["blue", "green", "grey"].map((name) => share(endpoint, name))).toEqual([0, 1, 0]);
  expect(chooseDeployment(endpointOf(["blue", 100, 0]), 0, 0.5)).toBeUndefined();
});

test("the largest draw below 1 still chooses", () => {
  expect(chooseDeployment(endpointOf(["blue", 33, 1], ["green", 33, 1], ["red", 34, 1]), 0, 1 - 2 ** -53)?.name).toBe("red");
});

test("a deployment whose instances all failed is passed over until its pause ends, unless all are down", () => {
  const endpoint = endpointOf(["blue", 50, 2], ["green", 50, 1]);
  for (const instance of endpoint.deployments.get("blue")?.instances ?? []) noteFailure(instance, 1000, true);

  expect([share(endpoint, "blue", 1000), share(endpoint, "blue", 1250)]).toEqual([0, 0.5]);
  for (const instance of endpoint.deployments.get("green")?.instances ?? []) noteFailure(instance, 1000, true);
  expect(share(endpoint, "blue", 1000)).toBe(0.5);
});

test("the least busy instance that is up is chosen; when none is, the one whose pause ends first", () => {
  const blue = endpointOf(["blue", 100, 3]).deployments.get("blue");
  const [a, b, c] = blue?.instances ?? [];
  if (blue === undefined || a === undefined || b === undefined || c === undefined) throw new Error("three instances are needed");
  a.inFlight = 2;
  b.inFlight = 1;
  c.inFlight = 5;

  expect(chooseInstance(blue, 0)).toBe(b);
  expect(chooseInstance(blue, 0, b)).toBe(a);
  expect(noteFailure(b, 0, true)).toBe(true);
  expect(chooseInstance(blue, 0)).toBe(a);
  expect(noteFailure(b, 0, true)).toBe(false);
  noteFailure(a, 0, true);
  noteFailure(c, 100, true);
  expect(chooseInstance(blue, 0)).toBe(a);
  noteSuccess(b);
  expect(chooseInstance(blue, 0)).toBe(b);
});

test("one lost connection says nothing about an instance, a second one in a row does, and an answer forgets them", () => {
  const [instance] = endpointOf(["blue", 100, 1]).deployments.get("blue")?.instances ?? [];
  if (instance === undefined) throw new Error("one instance is needed");

  expect([noteFailure(instance, 0, false), instance.downUntil]).toEqual([false, 0]);
  noteSuccess(instance);
  expect([noteFailure(instance, 0, false), instance.downUntil]).toEqual([false, 0]);
  expect([noteFailure(instance, 0, false), instance.downUntil]).toEqual([true, 500]);
});

test("a request that found its connection dead goes to a sibling, else to another live deployment, else back", () => {
  const endpoint = endpointOf(["blue", 50, 2], ["green", 50, 1], ["grey", 0, 1]);
  const blue = endpoint.deployments.get("blue");
  const [a, b] = blue?.instances ?? [];
  if (blue === undefined || a === undefined || b === undefined) throw new Error("two instances are needed");
  const failed = { deployment: blue, instance: a };

  expect(chooseAgain(endpoint, failed, false, 0, 0.5).instance).toBe(b);
  noteFailure(b, 0, true);
  expect(chooseAgain(endpoint, failed, false, 0, 0.5).deployment.name).toBe("green");
  expect(chooseAgain(endpoint, failed, true, 0, 0.5).instance).toBe(b);
  const alone = endpointOf(["blue", 100, 1], ["grey", 0, 1]);
  const only = alone.deployments.get("blue");
  const [instance] = only?.instances ?? [];
  if (only === undefined || instance === undefined) throw new Error("one instance is needed");
  expect(chooseAgain(alone, { deployment: only, instance }, false, 0, 0.5)).toEqual({ deployment: only, instance });
});
