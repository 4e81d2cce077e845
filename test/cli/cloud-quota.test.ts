import { expect, test } from "vitest";
import { quayside, temporaryFolder } from "../support/quayside.ts";

test("too little quota is told before anything is made, by plan and by up; a granted one is not", {
  timeout: 120_000,
}, async () => {
  using folder = temporaryFolder();
  const on = ["--state", folder.path];
  expect((await quayside(["cloud", "start", ...on])).code).toBe(0);
  try {
    const listed = await quayside(["cloud", "quota", "list", ...on]);
    expect(listed.out).toMatch(/eastus {2}standardDSv2Family +0 of 100 vCPUs in use/);

    const set = await quayside(["cloud", "quota", "set", "standarddsv2family", "3", ...on]);
    expect(set).toMatchObject({ code: 0, out: expect.stringMatching(/standardDSv2Family +0 of 3 vCPUs in use/) });

    const planned = await quayside(["plan", "--cloud", "rehearsal", ...on]);
    expect(planned.code).toBe(1);
    expect(planned.out).toMatch(/standardDSv2Family +\d+ to \d+ \(Microsoft\.Compute; 0 of 3 in use\)/);
    expect(planned.out).toContain(
      "Checked    Azure would refuse one thing\n  ops.quota-exceeded: quota standardDSv2Family has 3 vCPUs left",
    );

    const refused = await quayside(["up", ...on]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("error ops.quota-exceeded: quota standardDSv2Family has 3 vCPUs left in eastus");
    const status = await quayside(["status", "--json", ...on]);
    expect(status.out).toContain('"resources":[]');

    await quayside(["cloud", "quota", "set", "standardDSv2Family", "100", ...on]);
    const granted = await quayside(["plan", "--cloud", "rehearsal", ...on]);
    expect(granted).toMatchObject({ code: 0, out: expect.stringContaining("Checked    the subscription has what this needs") });
  } finally {
    await quayside(["cloud", "stop", ...on]);
  }
});

test("a quota that there is not is a usage error that names those that there are; without a rehearsal there are none", async () => {
  using folder = temporaryFolder();
  const on = ["--state", folder.path];
  expect(await quayside(["cloud", "quota", "list", ...on])).toMatchObject({
    code: 1,
    err: expect.stringContaining("cli.no-cloud"),
  });

  await quayside(["cloud", "start", ...on]);
  try {
    const unknown = await quayside(["cloud", "quota", "set", "standardNoFamily", "3", "--machine-learning", ...on]);
    expect(unknown).toMatchObject({ code: 2, err: expect.stringContaining("standardDSv2Family") });
    expect((await quayside(["cloud", "quota", "set", "cores", "many", ...on])).err).toContain("many is no number of vCPUs");
  } finally {
    await quayside(["cloud", "stop", ...on]);
  }
});
