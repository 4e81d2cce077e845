import { expect, test } from "vitest";
import type { Endpoint, EndpointDeployment, Traffic } from "../../arm/index.ts";
import { readServing } from "./serving.ts";

const deployment = (name: string, release?: string): EndpointDeployment => ({
  name,
  state: "Succeeded",
  model: `/models/iris/versions/${name}`,
  tags: release === undefined ? {} : { "quayside.release": release },
  collects: false,
});

/** `ended`: the last release that ended, by the endpoint's own word. */
const endpoint = (traffic: Traffic, ended?: string): Endpoint => ({
  id: "/e",
  name: "e",
  state: "Succeeded",
  scoringUri: "",
  authMode: "Key",
  traffic,
  tags: ended === undefined ? {} : { "quayside.ended": ended },
  properties: {},
});

test("one deployment with all traffic is the stable one", () => {
  expect(readServing(endpoint({ blue: 0, green: 100 }), [deployment("blue", "2"), deployment("green", "3")])).toEqual({
    stable: "green",
  });
  expect(readServing(endpoint({}), [])).toEqual({});
});

test("a later release without traffic is under way until the endpoint says that it ended", () => {
  const deployments = [deployment("blue", "2"), deployment("green", "3")];

  expect(readServing(endpoint({ blue: 100 }, "2"), deployments)).toEqual({
    stable: "blue",
    candidate: { name: "green", percent: 0, release: "3" },
  });
  expect(readServing(endpoint({ blue: 100 }, "3"), deployments)).toEqual({ stable: "blue" });
  expect(readServing(endpoint({ green: 100 }, "2"), deployments)).toEqual({ stable: "green" });
});

test("a first release is under way before anybody is served", () => {
  expect(readServing(endpoint({}), [deployment("blue", "1")])).toEqual({
    candidate: { name: "blue", percent: 0, release: "1" },
  });
});

test("of two with traffic the later release is the candidate, also when it has the larger share", () => {
  const deployments = [deployment("blue", "20261123T160000000Z-a"), deployment("green", "20261122T160000000Z-b")];

  expect(readServing(endpoint({ blue: 75, green: 25 }), deployments)).toEqual({
    stable: "green",
    candidate: { name: "blue", percent: 75, release: "20261123T160000000Z-a" },
  });
});

test("a version from before the tags is stable against one that has them", () => {
  const split = endpoint({ blue: 50, green: 50 });

  expect(readServing(split, [deployment("blue"), deployment("green", "1")]).stable).toBe("blue");
});

test("a split that no release made is refused with its numbers", () => {
  expect(() => readServing(endpoint({ blue: 50, green: 50 }), [deployment("blue"), deployment("green")])).toThrow(
    "endpoint e splits its traffic (blue 50 %, green 50 %)",
  );
});
