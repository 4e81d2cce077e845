import { parseArgs } from "node:util";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { startChild } from "../../src/serve/testing/child.ts";
import { ECHO, ECHO_REQUEST, LINEAR, modelFolder } from "../../src/serve/testing/models.ts";
import { fuzz } from "./fuzz.ts";

// Fuzzes a model server in a process of its own: `npm run fuzz -- --requests 200000 --connections 5000 --seed 1`.
const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "200000" },
    connections: { type: "string", default: "5000" },
    seed: { type: "string", default: String(Math.trunc(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
process.stdout.write(`fuzzing with --seed ${seed}\n`);
const signature = JSON.stringify({ inputs: [{ name: "X", columns: ["a", "b", "c", "d"] }] });
interface Target {
  readonly model: typeof LINEAR | typeof ECHO;
  readonly files: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: string;
}

const targets: readonly Target[] = [
  { model: LINEAR, files: { "signature.json": signature }, path: "/score", body: '{"data":[[5.1,3.5,1.4,0.2]]}' },
  { model: ECHO, files: {}, path: "/v2/models/m/infer", body: ECHO_REQUEST },
];
for (const { model, files, path, body } of targets) {
  await using folder = await modelFolder(encodeModel(model), files);
  await using server = startChild("server-main.ts", [folder.path, "--name", "m", "--version", "3"]);
  const { port } = await server.told("listening");
  await server.told("ready");
  const started = performance.now();
  const share = (text: string) => Math.ceil(Number(text) / targets.length);
  const report = await fuzz(
    { port, path, body },
    { requests: share(values.requests), connections: share(values.connections), seed },
  );
  const scraped = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const serverMebibytes = Math.round(Number(/process_resident_memory_bytes (\d+)/.exec(scraped)?.[1]) / 2 ** 20);
  const failed = server.output().match(/^.*"event":"request\.failed".*$/gm) ?? [];
  // 501 refuses a transfer coding, which is no failure of the server.
  const failuresLogged = failed.filter((line) => !line.includes('"status":501')).length;
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stdout.write(`${JSON.stringify({ model: model.name, ...report, seconds, serverMebibytes, failuresLogged })}\n`);
  if (failuresLogged > 0 || serverMebibytes > 400)
    throw new Error(`${failuresLogged} failures in the server's log, ${serverMebibytes} MiB resident`);
}
