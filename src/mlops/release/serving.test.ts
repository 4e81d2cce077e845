import { expect, test } from "vitest";
import type { EndpointDeployment } from "../../arm/index.ts";
import { readServing } from "./serving.ts";

const deployment = (name: string, release?: string): EndpointDeployment => ({
  name,
  state: "Succeeded",
  model: `/models/iris/versions/${name}`,
  body: release === undefined ? {} : { tags: { "quayside.release": release } },
});

test("one deployment with all traffic is the stable one", () => {
  expect(readServing("e", { blue: 100, green: 0 }, [deployment("blue", "2"), deployment("green", "3")])).toEqual({
    stable: "blue",
  });
  expect(readServing("e", {}, [])).toEqual({});
});

test("of two with traffic the later release is the candidate, also when it has the larger share", () => {
  const deployments = [deployment("blue", "20261123T160000000Z-a"), deployment("green", "20261122T160000000Z-b")];

  expect(readServing("e", { blue: 75, green: 25 }, deployments)).toEqual({
    stable: "green",
    candidate: { name: "blue", percent: 75, release: "20261123T160000000Z-a" },
  });
});

test("a version from before the tags is stable against one that has them", () => {
  expect(readServing("e", { blue: 50, green: 50 }, [deployment("blue"), deployment("green", "1")]).stable).toBe("blue");
});

test("a split that no release made is refused with its numbers", () => {
  expect(() => readServing("e", { blue: 50, green: 50 }, [deployment("blue"), deployment("green")])).toThrow(
    "endpoint e splits its traffic (blue 50 %, green 50 %)",
  );
});
