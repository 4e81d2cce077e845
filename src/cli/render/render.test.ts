import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { chooseRenderer, type Renderer } from "./index.ts";

/** How the live block is taken back: so many lines up, and everything below erased. */
const UP = new RegExp(String.raw`^${"\u001b"}\[(\d+)A`);
const REDRAW = new RegExp(String.raw`(${"\u001b"}\[\d+A${"\u001b"}\[0J)`);

/** A stream that remembers; on a terminal it also keeps the screen as a person would see it. */
function screen(isTTY: boolean) {
  const written: string[] = [];
  return {
    isTTY,
    columns: 60,
    write: (text: string) => void written.push(text),
    text: () => written.join(""),
    /** Applies "up n lines and clear below", which is all that the renderer uses. */
    visible: () => {
      let lines: string[] = [""];
      for (const part of written.join("").split(REDRAW)) {
        const up = UP.exec(part)?.[1];
        if (up !== undefined) lines = [...lines.slice(0, lines.length - 1 - Number(up)), ""];
        else
          for (const [at, line] of part.split("\n").entries())
            lines = at === 0 ? [...lines.slice(0, -1), `${lines.at(-1) ?? ""}${line}`] : [...lines, line];
      }
      return stripVTControlCharacters(lines.join("\n")).trim();
    },
  };
}

const story = (renderer: Renderer) => {
  renderer.emit("step.started", { step: "deploy", title: "deploy" });
  renderer.emit("resource.changed", { id: "/a", type: "Microsoft.Network/virtualNetworks", name: "vnet", state: "running" });
  renderer.emit("resource.changed", { id: "/b", type: "Microsoft.Storage/storageAccounts", name: "st", state: "failed" });
  renderer.emit("step.failed", { step: "deploy", title: "deploy", ms: 1500, code: "SkuNotAvailable", message: "no such size" });
  renderer.failure({ code: "SkuNotAvailable", message: "no such size", hint: "choose another", findings: ["st: no such size"] });
  renderer.result("the end", { end: true });
  renderer.close();
};

test("without a terminal every change is a line on standard error, and the result alone goes to standard output", () => {
  const [out, err] = [screen(false), screen(false)];

  story(chooseRenderer({ out, err }, false, {}));

  expect(out.text()).toBe("the end\n");
  expect(err.text()).toMatchInlineSnapshot(`
    "• deploy
      • vnet virtualNetworks
      ✗ st storageAccounts failed
    ✗ deploy (SkuNotAvailable)
    error SkuNotAvailable: no such size
      - st: no such size
      choose another
    "
  `);
});

test("with --json every event, the failure and the result are one JSON object a line", () => {
  const [out, err] = [screen(true), screen(true)];

  story(chooseRenderer({ out, err }, true, {}));

  const lines = out
    .text()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string });
  expect(lines.map(({ event }) => event)).toEqual([
    "step.started",
    "resource.changed",
    "resource.changed",
    "step.failed",
    "error",
    "result",
  ]);
  expect(err.text()).toBe("");
});

test("a terminal shows what runs now, and keeps what is done", () => {
  const [out, err] = [screen(true), screen(true)];
  const renderer = chooseRenderer({ out, err }, false, { TERM: "xterm" });

  renderer.emit("step.started", { step: "deploy", title: "deploy" });
  renderer.emit("resource.changed", { id: "/a", type: "Microsoft.Network/virtualNetworks", name: "vnet", state: "running" });
  renderer.emit("note", { message: "hello" });

  expect(err.visible()).toMatch(
    /^hello\n\S deploy 0 s\n {2}0 of 1 resources ready\n {2}• vnet Microsoft.Network\/virtualNetworks$/,
  );
  renderer.emit("step.done", { step: "deploy", title: "deploy", ms: 900, summary: "1 resource" });
  expect(err.visible()).toBe("hello\n✓ deploy: 1 resource (900 ms)");
  renderer.close();
});

test.each([{ CI: "true" }, { NO_COLOR: "1" }, { TERM: "dumb" }])("a terminal with %j gets plain lines", (env) => {
  const [out, err] = [screen(true), screen(true)];

  story(chooseRenderer({ out, err }, false, env));

  expect(err.text()).not.toContain("\u001b");
  expect(err.text()).toContain("✗ deploy (SkuNotAvailable)\n");
});
