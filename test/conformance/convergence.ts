import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROLES } from "../../src/azure/index.ts";
import { startTestCloud, type TestCloud } from "../../src/cloud/testing.ts";
import { RUNTIME } from "../support/platform.ts";
import { repository, temporaryFolder } from "../support/quayside.ts";
import { SETS } from "./convergence/sets.ts";
import { differences, fingerprint, leftovers, normalised, type Snapshot, snapshot } from "./convergence/snapshot.ts";
import { azWay, callerOf, type Ground, quaysideWay, scriptsWay, terraformWay, type Way } from "./convergence/ways.ts";
import { install, type Tool } from "./install.ts";
import type { Stage, Suite } from "./suite.ts";

interface Column {
  readonly title: string;
  readonly needs: readonly Tool[];
  readonly open: (ground: Ground) => Promise<Way>;
}

const COLUMNS: readonly Column[] = [
  { title: "quayside up, down", needs: [], open: quaysideWay },
  { title: "Terraform", needs: ["terraform"], open: terraformWay },
  { title: "az, main.json", needs: ["az", "bash", "jq"], open: azWay },
  { title: "deploy.sh, destroy.sh", needs: ["az", "bash", "jq"], open: scriptsWay },
];

/** QUAYSIDE_CONVERGENCE names the parameter sets to try, with `;` between them; all when it is not set. */
const CHOSEN = process.env.QUAYSIDE_CONVERGENCE?.split(";").map((name) => name.trim());

/** Every way of deploying makes the same cloud of the same parameters, changes nothing the second time, and leaves nothing. */
export const convergenceSuite: Suite = {
  name: "convergence",
  needs: [],
  async run(stage) {
    const columns = await available(stage);
    for (const [name, values] of Object.entries(SETS)) {
      if (CHOSEN !== undefined && !CHOSEN.includes(name)) continue;
      await using cloud = await startTestCloud({ runtime: RUNTIME });
      const given = { ...values, nameSuffix: "conv01", ...(await callerOf(cloud)) };
      const cells: string[] = [];
      let first: Snapshot | undefined;
      for (const { column, programs, provider } of columns) {
        using folder = temporaryFolder();
        await cloud.control("POST", "/reset");
        const before = snapshot(cloud);
        const ground: Ground = {
          cloud,
          folder: folder.path,
          values: given,
          programs,
          ...(provider === undefined ? {} : { provider }),
        };
        let cell = "**failed**";
        await stage.check(`${name}: ${column.title}`, async () => {
          const way = await column.open(ground);
          const made = await travel(way, cloud, before);
          first ??= made;
          const unlike = differences(first, made);
          if (unlike.length > 0)
            throw new Error(`${unlike.length} differences from ${columns[0]?.column.title}:\n${unlike.slice(0, 20).join("\n")}`);
          cell = `\`${fingerprint(made)}\``;
        });
        cells.push(cell);
      }
      // Only a run of every way says that they agree.
      if (process.env.RECORD === "1" && columns.length === COLUMNS.length)
        record(name, `| ${name} | ${Object.keys(first ?? {}).length} | ${cells.join(" | ")} |`);
    }
  },
};

/** There, there again, and away. */
async function travel(way: Way, cloud: TestCloud, before: Snapshot): Promise<Snapshot> {
  const known = [cloud.cloud.subscriptionId, cloud.cloud.tenantId, cloud.cloud.credentials.clientId, ...ROLE_IDS];
  await way.deploy();
  const made = snapshot(cloud);
  await way.again();
  const changed = differences(normalised(made, known), normalised(snapshot(cloud), known));
  if (changed.length > 0) throw new Error(`the second run changed ${changed.length} places:\n${changed.slice(0, 20).join("\n")}`);
  await way.remove();
  const left = leftovers(cloud, before);
  if (left.length > 0) throw new Error(`${left.length} things were left:\n${left.slice(0, 20).join("\n")}`);
  return normalised(made, known);
}

async function available(stage: Stage) {
  const found: { column: Column; programs: Record<string, string>; provider?: string }[] = [];
  for (const column of COLUMNS) {
    const provider = process.env.QUAYSIDE_AZAPI_PROVIDER;
    try {
      if (column.open === terraformWay && provider === undefined)
        throw new Error("QUAYSIDE_AZAPI_PROVIDER names no AzAPI provider (its binary or a filesystem mirror)");
      const programs: Record<string, string> = {};
      for (const tool of column.needs) programs[tool] = (await install(tool)).program;
      found.push({ column, programs, ...(provider === undefined ? {} : { provider }) });
    } catch (error) {
      stage.skip(`the whole column ${column.title}`, error instanceof Error ? error.message : String(error));
    }
  }
  return found;
}

/** Ids that mean the same in every cloud. */
const ROLE_IDS = Object.values(ROLES).map(({ id }) => id);

const PAGE = join(repository, "docs", "convergence.md");

/** Writes a row into the page's table, in the order of the sets; the others stay as they are. */
function record(of: string, made: string): void {
  const page = readFileSync(PAGE, "utf8");
  const rows = Object.keys(SETS).flatMap((name) => {
    const row = name === of ? made : page.split("\n").find((line) => line.startsWith(`| ${name} |`));
    return row === undefined ? [] : [row];
  });
  const head = [
    `| parameters | resources | ${COLUMNS.map(({ title }) => title).join(" | ")} |`,
    `| --- | --- |${" --- |".repeat(COLUMNS.length)}`,
  ];
  writeFileSync(PAGE, page.replace(/(<!-- table -->\n)[^]*?(<!-- end -->)/, `$1\n${[...head, ...rows].join("\n")}\n\n$2`));
}
