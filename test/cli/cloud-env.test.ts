import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { quayside, temporaryFolder } from "../support/quayside.ts";

test("cloud env signs az in once, and the secret is in no command line", async () => {
  using folder = temporaryFolder();
  const on = ["--state", join(folder.path, "state")];
  const calls = join(folder.path, "calls");
  writeFileSync(join(folder.path, "az"), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n`, { mode: 0o755 });
  const env = { PATH: [folder.path, process.env.PATH].join(":") };
  expect((await quayside(["cloud", "start", ...on])).code).toBe(0);
  try {
    const { out } = await quayside(["cloud", "env", ...on], { env });
    expect((await quayside(["cloud", "env", ...on], { env })).out).toBe(out);

    const [, client = ""] = /^export AZURE_CLIENT_ID='(.*)'$/m.exec(out) ?? [];
    const [, secret = ""] = /^export AZURE_CLIENT_SECRET='(.*)'$/m.exec(out) ?? [];
    const called = readFileSync(calls, "utf8").trim().split("\n");
    expect(called).toEqual([expect.stringContaining(`login --service-principal --username ${client} --password @`)]);
    expect(secret).toMatch(/^.{20,}$/);
    expect(called.join()).not.toContain(secret);
  } finally {
    await quayside(["cloud", "stop", ...on]);
  }
});
