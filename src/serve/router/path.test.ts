import { expect, test } from "vitest";
import { readPath } from "./path.ts";

test.each([
  ["/api/v1/endpoint/e/score", "/score"],
  ["/api/v1/endpoint/e/score?data=[[1]]", "/score?data=[[1]]"],
  ["/api/v1/endpoint/e", "/"],
  ["/api/v1/endpoint/e/", "/"],
  ["/api/v1/endpoint/e?x=/score", "/?x=/score"],
  ["/api/v1/endpoint/e/swagger.json?version=3", "/swagger.json?version=3"],
  ["/api/v1/endpoint/e/v2", "/v2"],
  ["/api/v1/endpoint/e/v2/models/m/infer", "/v2/models/m/infer"],
])("%s is %s of endpoint e", (url, path) => {
  expect(readPath("POST", url)).toEqual({ endpoint: "e", path });
});

test.each([
  "/",
  "/score",
  "/api/v1/endpoint/e/metrics",
  "/api/v1/endpoint/e/v2x",
  "/api/v1/endpoint/e/v2/repository/index",
  "/api/v1/endpoint/e/v2/repository/models/m/unload",
  "/api/v1/endpoint/e/score/",
  "/api/v1/endpoint/e/../f/score",
])("%s is no route", (url) => {
  expect(() => readPath("GET", url)).toThrow("serve.not-found: no route");
});

test("methods that no route has are refused", () => {
  expect(() => readPath("PUT", "/api/v1/endpoint/e/score")).toThrow("serve.method: method PUT is not allowed");
});
