import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";

/** What each room may import: the arrows of the design, downward only. `x (types)` allows `import type` from `x` alone. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  report: ["base"],
  ir: ["base", "report"],
  azure: ["base", "report"],
  platform: ["base", "report", "ir", "azure"],
  config: ["ir", "platform"],
  emit: ["base", "report", "ir", "azure"],
  arm: ["base", "report", "azure"],
  ops: ["base", "report", "ir", "arm", "azure"],
  mlops: ["base", "report", "arm", "serve (types)"],
  serve: ["base", "report"],
  cloud: ["base", "report", "azure", "serve (types)"],
  cli: ["base", "report", "ir", "azure", "platform", "config", "emit", "arm", "ops", "mlops", "serve", "cloud"],
};

/** Rooms that compute and print; effects come in from outside. */
const PURE = ["base", "ir", "azure", "platform", "config", "emit"];

interface Import {
  readonly file: string;
  readonly room: string;
  readonly target: string;
  readonly typesOnly: boolean;
  /** Loaded when the line is reached, not with the module. */
  readonly dynamic: boolean;
}

const root = join(import.meta.dirname, "..", "src");
const modules = globSync("**/*.ts", { cwd: root }).map((path) => path.split(sep).join("/"));
/** Tests and what only tests use may reach anywhere. */
const production = modules.filter((path) => !path.endsWith(".test.ts") && !/\/(testing|fixture)/.test(path));
const imports = production.flatMap(readImports);

function readImports(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(/(?:^|\n)\s*(import|export)(\s+type)?\s[^;"']*?from\s+"([^"]+)"|import\((?:\s*)"([^"]+)"\)/g);
  const room = file.split("/")[0] ?? "";
  return [...found].map(([, , type, fromClause, dynamic]) => ({
    file,
    room,
    target: fromClause ?? dynamic ?? "",
    typesOnly: type !== undefined,
    dynamic: dynamic !== undefined,
  }));
}

function roomOf({ file, target }: Import): string | undefined {
  if (!target.startsWith(".")) return undefined;
  const [room] = relative(root, join(root, dirname(file), target)).split(sep);
  return room === ".." && target.endsWith("package.json") ? undefined : room;
}

/** Every module that loads with one, itself included, and the packages that they load. */
function loadedWith(files: readonly string[]): { readonly modules: Set<string>; readonly packages: Set<string> } {
  const loaded = new Set(files);
  const packages = new Set<string>();
  for (const file of loaded) {
    for (const { target, typesOnly, dynamic } of imports.filter((entry) => entry.file === file)) {
      if (typesOnly || dynamic || target.startsWith("node:")) continue;
      if (target.startsWith(".")) loaded.add(posix.join(posix.dirname(file), target));
      else packages.add(target);
    }
  }
  return { modules: loaded, packages };
}

describe("architecture", () => {
  test("the check sees the whole of src", () => {
    expect(modules.length).toBeGreaterThan(150);
    expect(imports.length).toBeGreaterThan(500);
    expect(new Set(production.map((file) => file.split("/")[0]))).toEqual(new Set(Object.keys(ARROWS)));
  });

  test("rooms import downward only", () => {
    const wrong = imports.filter((entry) => {
      const target = roomOf(entry);
      if (target === undefined || target === entry.room) return false;
      const allowed = ARROWS[entry.room] ?? [];
      return !allowed.includes(target) && !(entry.typesOnly && allowed.includes(`${target} (types)`));
    });

    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("a room is entered by its index, the cloud also by its contract, serve also by its protocol", () => {
    const doors = /\/(index|contract|protocol)\.ts$/;
    const wrong = imports.filter((entry) => {
      const target = roomOf(entry);
      return target !== undefined && target !== entry.room && !doors.test(entry.target) && entry.room !== "cli";
    });

    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("no file that is started or read is named as TypeScript, since the built package has none", () => {
    const named = production.filter((file) => /new URL\(\s*["`][^"`]*\.ts["`]/.test(readFileSync(join(root, file), "utf8")));

    expect(named).toEqual([]);
  });

  test("pure rooms import nothing of Node but types", () => {
    const wrong = imports.filter(
      ({ room, target, typesOnly }) => PURE.includes(room) && target.startsWith("node:") && !typesOnly,
    );

    expect(wrong.map(({ file, target }) => `${file} -> ${target}`)).toEqual([]);
  });

  test("the embedded Azure shares no wire library with the client", () => {
    const libraries = (room: string) =>
      new Set(imports.filter((entry) => entry.room === room && entry.target.startsWith("@azure/")).map(({ target }) => target));
    const shared = [...libraries("cloud")].filter((library) => libraries("arm").has(library));

    // The storage library is Microsoft's own and talks to Azurite, which is Microsoft's too.
    expect(shared.filter((library) => library !== "@azure/storage-blob")).toEqual([]);
  });

  test("the embedded Azure starts without what only a later request needs", () => {
    const { modules: loaded, packages } = loadedWith(["cli/cloud-process.ts", "cloud/providers/index.ts"]);

    expect(loaded.size).toBeGreaterThan(150);
    expect([...packages]).toEqual(["uuid"]);
    expect([...loaded].filter((file) => /^cloud\/template\/|^cloud\/planes\/kubernetes\/(server|wire\/)/.test(file))).toEqual([]);
  });
});
