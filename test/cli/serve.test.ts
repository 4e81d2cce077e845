import { expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { LINEAR, modelFolder } from "../../src/serve/testing/models.ts";
import { post } from "../../src/serve/testing/server.ts";
import { quayside, startQuayside } from "../support/quayside.ts";

test("serve answers requests for a model until it is interrupted, with the server's own options", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  const { child, finished } = startQuayside(["serve", folder.path, "--port", "0", "--name", "iris", "--max-rows", "1"]);
  let out = "";
  child.stdout?.on("data", (chunk) => (out += String(chunk)));
  await expect.poll(() => out, { timeout: 20_000 }).toContain("model.ready");
  const port = Number(/"port":(\d+)/.exec(out)?.[1]);

  expect((await post(`http://127.0.0.1:${port}/score`, { data: [[1, 2, 3, 4]] })).status).toBe(200);
  expect(
    (
      await post(`http://127.0.0.1:${port}/score`, {
        data: [
          [1, 2, 3, 4],
          [1, 2, 3, 4],
        ],
      })
    ).status,
  ).toBe(413);
  expect(await (await fetch(`http://127.0.0.1:${port}/v2/models/iris`)).json()).toMatchObject({ name: "iris" });

  child.kill("SIGINT");
  expect((await finished).code).toBe(0);
});

test.each([
  [["/nowhere/at/all"], 3, /"serve.model-missing"/],
  [["model", "--port", "x"], 2, /--port is x; an integer from 0 to 65535 is needed/],
])("serve %j ends as the server does", async (words, code, says) => {
  const ended = await startQuayside(["serve", ...words]).finished;

  expect(ended.code).toBe(code);
  expect(ended.out).toMatch(says);
});

test("serve --help names every option of the server", async () => {
  const { out } = await quayside(["serve", "--help"]);

  for (const option of ["--engine", "--workers", "--max-batch-rows", "--drain-timeout-ms"]) expect(out).toContain(option);
});
