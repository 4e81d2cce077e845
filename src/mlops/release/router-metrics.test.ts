import { expect, test } from "vitest";
import { between, readRouterMetrics } from "./router-metrics.ts";

const text = (answered: number, failed: number, fast: number) => `# HELP quayside_router_requests_total Requests.
quayside_router_requests_total{endpoint="e",deployment="blue",model="iris",version="1",code="200"} ${answered}
quayside_router_requests_total{endpoint="e",deployment="blue",model="iris",version="1",code="400"} 7
quayside_router_requests_total{endpoint="e",deployment="blue",model="iris",version="1",code="502"} ${failed}
quayside_router_requests_total{endpoint="other",deployment="blue",model="m",version="1",code="200"} 99
quayside_router_request_duration_seconds_bucket{endpoint="e",deployment="blue",model="iris",version="1",le="0.005"} ${fast}
quayside_router_request_duration_seconds_bucket{endpoint="e",deployment="blue",model="iris",version="1",le="0.01"} ${answered}
quayside_router_request_duration_seconds_bucket{endpoint="e",deployment="blue",model="iris",version="1",le="+Inf"} ${answered}
`;

test("two readings give rates, failures by 5xx alone and quantiles as bounds of buckets", () => {
  const before = readRouterMetrics(text(100, 0, 100), "e").deployments.get("blue");
  const after = readRouterMetrics(text(190, 10, 160), "e").deployments.get("blue");

  expect(after && between(before, after, 10)).toEqual({ requestsPerSecond: 10, failed: 0.1, p50Ms: 5, p99Ms: 10 });
});

test("without requests there are no quantiles", () => {
  const same = readRouterMetrics(text(100, 0, 100), "e").deployments.get("blue");

  expect(same && between(same, same, 10)).toEqual({ requestsPerSecond: 0, failed: 0 });
});
