import { expect, test } from "vitest";
import { passedFields } from "./request-head.ts";

test("the caller's own fields are passed on, with a request id before them", () => {
  expect(passedFields({ "content-type": "text/csv", traceparent: "00-1", "set-cookie": ["a", "b"] }, "id")).toBe(
    "x-request-id: id\r\ncontent-type: text/csv\r\ntraceparent: 00-1\r\nset-cookie: a\r\nset-cookie: b\r\n",
  );
});

test("what ends at the router, or speaks of one connection or of the body as it came, is not", () => {
  const headers = {
    authorization: "Bearer k",
    host: "h",
    "azureml-model-deployment": "blue",
    "x-request-id": "another",
    "x-quayside-mirror": "true",
    "content-length": "3",
    "transfer-encoding": "chunked",
    expect: "100-continue",
    te: "trailers",
    trailer: "x",
    upgrade: "h2c",
    "keep-alive": "timeout=5",
    "proxy-authorization": "Basic x",
    "proxy-connection": "close",
  };

  expect(passedFields({ ...headers, connection: "keep-alive" }, "id")).toBe("x-request-id: id\r\n");
});

test("what connection names is not, either; the request id stays", () => {
  const headers = { connection: "close , X-Secret,x-request-id", "x-secret": "1", "x-open": "2" };

  expect(passedFields(headers, "id")).toBe("x-request-id: id\r\nx-open: 2\r\n");
});
