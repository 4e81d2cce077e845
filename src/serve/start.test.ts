import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, test } from "vitest";
import { encodeModel } from "../../examples/iris/src/onnx.ts";
import { startChild } from "./testing/child.ts";
import { keepAsking } from "./testing/load.ts";
import { LINEAR, modelFolder } from "./testing/models.ts";
import { metric } from "./testing/scrape.ts";
import { post } from "./testing/server.ts";

// What a start takes is what it loads: these hold the 100 ms that a model of our own evaluators needs, without a clock.

const source = join(import.meta.dirname, "..");

/** Every module that is loaded with `file`, by its imports; what is imported later, with `import()`, is left out. */
function loadedWith(file: string, seen: Map<string, string[]> = new Map()): Map<string, string[]> {
  if (seen.has(file)) return seen;
  const text = readFileSync(file, "utf8");
  const targets = [...text.matchAll(/(?:^|\n)(?:import|export)\s(?!type\s)(?:[^;"']*?from\s+)?"([^"]+)"/g)].map(
    ([, target]) => target ?? "",
  );
  seen.set(file, targets);
  for (const target of targets) if (target.startsWith(".")) loadedWith(join(dirname(file), target), seen);
  return seen;
}

test.each(["server-process.ts", "router-main.ts"])(
  "%s loads no package and no module of Node that brings others along",
  (file) => {
    const modules = loadedWith(join(source, "serve", file));
    const foreign = [...modules].flatMap(([file, targets]) =>
      targets
        .filter(
          (target) =>
            !target.startsWith(".") && (!target.startsWith("node:") || target === "node:http" || target === "node:zlib"),
        )
        .map((target) => `${relative(source, file)} -> ${target}`),
    );

    expect(modules.size).toBeGreaterThan(30);
    expect(foreign).toEqual([]);
  },
);

test("with a model of its own evaluators it serves without TLS, HTTP/2 or undici", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  const tell = "process.once('SIGUSR2',()=>console.log('loaded:'+process.moduleLoadList.join()))";
  await using server = startChild("server-main.ts", [folder.path], { NODE_OPTIONS: `--import=data:text/javascript,${tell}` });
  const { port } = await server.told("listening");
  await server.told("ready");
  expect((await post(`http://127.0.0.1:${port}/score`, { data: [[1, 2, 3, 4]] })).status).toBe(200);

  server.process.kill("SIGUSR2");
  await expect.poll(() => server.output()).toMatch(/loaded:.*NativeModule net,/);

  const [, loaded = ""] = server.output().split("loaded:");
  expect(loaded.match(/NativeModule (http2|internal\/tls\/wrap|internal\/deps\/undici\/undici)/g)).toBeNull();
});

test("after thousands of requests it holds no more than 120 MiB", async () => {
  await using folder = await modelFolder(encodeModel(LINEAR));
  await using server = startChild("server-main.ts", [folder.path]);
  const { port } = await server.told("listening");
  await server.told("ready");
  const callers = Array.from({ length: 8 }, () => keepAsking(port, "/score", JSON.stringify({ data: [[1, 2, 3, 4]] })));

  await expect.poll(() => callers.every(({ answers }) => (answers.get(200) ?? 0) > 500), { timeout: 25_000 }).toBe(true);
  await Promise.all(callers.map((caller) => caller.stop()));

  expect(await metric(`http://127.0.0.1:${port}`, "process_resident_memory_bytes")).toBeLessThan(120 * 2 ** 20);
});
