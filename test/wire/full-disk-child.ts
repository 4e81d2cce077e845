/**
 * `full-disk-child.ts STATE_DIR BALLAST`: runs on a small file system of its own (see `state.test.ts`) until it is full,
 * and prints what it saw as one line of JSON. BALLAST is a file there that is given up to make room again.
 */
import { rmSync } from "node:fs";
import { startTestCloud } from "../../src/cloud/testing.ts";

const [stateDir = "", ballast = ""] = process.argv.slice(2);
const cloud = await startTestCloud({ stateDir });
const groupOf = (count: number) => `${cloud.subscription}/resourceGroups/rg-${count}`;
const put = (count: number) =>
  cloud.ask("PUT", groupOf(count), { body: { location: "eastus", tags: { filler: "x".repeat(200) } } });

let written = 0;
let refusal = await put(written);
while (refusal.status < 300 && written < 5_000) refusal = await put(++written);

const readBack: number[] = [];
for (let count = 0; count < written; count++) readBack.push((await cloud.ask("GET", groupOf(count))).status);
rmSync(ballast);
const again = await put(written);
await cloud.close();
process.stdout.write(
  `${JSON.stringify({
    written,
    refusal: { status: refusal.status, error: refusal.json.error },
    lost: readBack.filter((status) => status !== 200).length,
    again: again.status,
  })}\n`,
);
