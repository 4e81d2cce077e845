import { expect, test } from "vitest";
import { encodeModel } from "../../../examples/iris/src/onnx.ts";
import { ECHO, ECHO_REQUEST, HEAVY, LINEAR, LOOKUP } from "../testing/models.ts";
import { post, testServer } from "../testing/server.ts";
import { chooseEngine } from "./engine.ts";

const linear = encodeModel(LINEAR);
const echo = encodeModel(ECHO);

test("a linear model is computed without ONNX Runtime, any other with it, and the reason is kept", async () => {
  const own = await chooseEngine("auto", linear, "linear.onnx");
  const other = await chooseEngine("auto", echo, "echo.onnx");
  await other.evaluator.close();

  expect([own.evaluator.engine, own.reason]).toEqual(["own", undefined]);
  expect([other.evaluator.engine, other.reason]).toEqual(["onnxruntime", 'input "int64" that is not [rows, width] of floats']);
});

test("the engine can be forced, and is refused when it cannot compute the model", async () => {
  const forced = await chooseEngine("onnxruntime", linear, "linear.onnx");
  await forced.evaluator.close();

  expect(forced.evaluator.engine).toBe("onnxruntime");
  await expect(chooseEngine("own", echo, "echo.onnx")).rejects.toThrow(
    /^echo\.onnx cannot be computed by the own evaluators \(input "int64" .*\); serve it with --engine auto or onnxruntime$/,
  );
});

test.each(["auto", "own"] as const)("what is no ONNX file at all is refused with --engine %s", async (engine) => {
  for (const bytes of [Buffer.from("not a model"), Buffer.alloc(0), linear.subarray(0, 40), Buffer.alloc(64, 0xff)])
    await expect(chooseEngine(engine, bytes, "x.onnx")).rejects.toThrow("x.onnx");
});

test("--threads auto gives a heavy model threads for the cores it may use, and keeps a light one in the event loop", async () => {
  const heavy = await chooseEngine("auto", encodeModel(HEAVY), "heavy.onnx", "auto", 2);
  const light = await chooseEngine("auto", echo, "echo.onnx", "auto", 2);
  await heavy.evaluator.close();
  await light.evaluator.close();

  expect([heavy.evaluator.offLoop, heavy.evaluator.concurrency]).toEqual([true, 2]);
  expect([light.evaluator.offLoop, light.evaluator.concurrency]).toEqual([undefined, undefined]);
});

test("the log, the model's description and the metrics name the engine", async () => {
  const lines: unknown[] = [];
  await using server = await testServer(linear, {
    engine: "onnxruntime",
    log: (_, event, fields) => lines.push([event, fields]),
  });

  expect(lines).toContainEqual(["model.ready", { name: "m", version: "3", engine: "onnxruntime" }]);
  expect(await (await fetch(`${server.url}/v2/models/m`)).json()).toMatchObject({ platform: "onnx_onnxv1" });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain(
    'quayside_model_info{model="m",version="3",engine="onnxruntime"} 1',
  );
});

test("in threads of its own ONNX Runtime gives the same answers, fails request by request, and leaves the event loop free", async () => {
  await using inLoop = await testServer(echo, { threads: 0 });
  await using inThreads = await testServer(echo, { threads: 2 });
  const ask = async (url: string) => (await post(`${url}/v2/models/m/infer`, ECHO_REQUEST)).json();
  const lookup = await chooseEngine("onnxruntime", encodeModel(LOOKUP), "lookup.onnx", 1);
  const at = (index: bigint) => ({ index: { type: "int64", dims: [1, 1], data: BigInt64Array.of(index) } }) as const;

  expect(await Promise.all([1, 2, 3].map(() => ask(inThreads.url)))).toEqual(Array(3).fill(await ask(inLoop.url)));
  await expect(lookup.evaluator.run(at(7n))).rejects.toThrow(/out of.*bounds/i);
  expect((await lookup.evaluator.run(at(1n))).value?.data).toEqual(Float32Array.of(20));
  expect([lookup.evaluator.offLoop, lookup.evaluator.concurrency]).toEqual([true, 1]);
  await lookup.evaluator.close();
  await expect(chooseEngine("onnxruntime", Buffer.from("no"), "x.onnx", 1)).rejects.toMatchObject({
    code: "serve.model-not-onnx",
  });
});
