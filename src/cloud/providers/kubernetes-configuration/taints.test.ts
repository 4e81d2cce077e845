import { expect, test } from "vitest";
import { parseTaint, tolerates, tolerationSettings } from "./taints.ts";

test("settings are read by index, whatever their order, each group for itself", () => {
  const settings = {
    "workLoadToleration[1].key": "sku",
    "toleration[0].value": "ml",
    "toleration[0].key": "workload",
    "workLoadToleration[1].operator": "Exists",
    enableTraining: "True",
  };

  expect(tolerationSettings(settings, "toleration")).toEqual([{ operator: "Equal", key: "workload", value: "ml" }]);
  expect(tolerationSettings(settings, "workLoadToleration")).toEqual([{ operator: "Exists", key: "sku" }]);
});

test.each([
  ["workload=ml:NoSchedule", { key: "workload", operator: "Equal", value: "ml" }, true],
  ["workload=ml:NoSchedule", { key: "workload", operator: "Equal", value: "other" }, false],
  ["workload=ml:NoSchedule", { key: "workload", operator: "Exists" }, true],
  ["workload=ml:NoExecute", { key: "workload", operator: "Exists", effect: "NoSchedule" }, false],
  ["workload=ml:PreferNoSchedule", { key: "other", operator: "Exists" }, true],
  ["workload=ml:NoSchedule", { operator: "Exists" }, true],
  ["workload:NoSchedule", { key: "workload", operator: "Equal", value: "" }, true],
])("the taint %s under the toleration %j", (taint, toleration, expected) => {
  expect(tolerates([toleration], parseTaint(taint))).toBe(expected);
});
