import { errorCodes } from "./error-codes.ts";
import { descendants, isNode, parseModule, type SyntaxNode } from "./source-tree.ts";

/** The generated parts of the reference pages, by page and by the word in their markers. */
export const REFERENCE_PAGES: Readonly<Record<string, () => Readonly<Record<string, string>>>> = {
  "docs/errors.md": () => ({ codes: codeTables() }),
  "docs/events.md": () => ({ events: eventTable() }),
};

const AREAS: Readonly<Record<string, string>> = {
  cli: "The command line",
  config: "quayside.config.ts",
  parameters: "Parameters",
  files: "A model's files",
  definition: "Problems found in a definition or a file",
  platform: "The definition",
  program: "The expression language",
  emit: "Printing",
  ops: "Deploying and removing",
  arm: "Talking to Azure",
  kubernetes: "Talking to a cluster",
  mlops: "Training and releasing",
  cloud: "The embedded Azure",
  serve: "Model server and router",
  system: "The machine",
};

export function areaOf(code: string): string {
  return code.split(".")[0] ?? "";
}

export const isKnownArea = (area: string) => Object.hasOwn(AREAS, area);

function codeTables(): string {
  const codes = errorCodes();
  return Object.entries(AREAS)
    .map(([area, title]) => ({ title, rows: codes.filter(({ code }) => areaOf(code) === area) }))
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const last = rows.some(({ status }) => status !== undefined) ? "status" : "what to do";
      const cells = rows.map(({ code, says, advice, status }) => [
        `\`${code}\``,
        says || "the system's own words",
        last === "status" ? (status ?? "") : advice === "…" ? "" : advice,
      ]);
      return `### ${title}\n\n${table(["code", "says", last], cells)}`;
    })
    .join("\n\n");
}

function eventTable(): string {
  const { program, comments } = parseModule("src/report/events.ts");
  const declared = [...descendants(program)].find(
    ({ type, id }) => type === "TSInterfaceDeclaration" && isNode(id) && id.name === "Events",
  );
  const body = declared?.body as SyntaxNode;
  const members = (body.body as SyntaxNode[]).filter(({ type }) => type === "TSPropertySignature");
  return table(
    ["event", "carries", "when"],
    members.map((member, at) => {
      const after = members[at - 1]?.end ?? body.start;
      const remark = comments.find(({ start, end }) => start >= after && end <= member.start);
      const key = member.key as SyntaxNode;
      const carried = ((member.typeAnnotation as SyntaxNode).typeAnnotation as SyntaxNode).members as SyntaxNode[];
      return [
        `\`${String(key.name ?? key.value)}\``,
        carried.map((one) => `\`${String((one.key as SyntaxNode).name)}${one.optional === true ? "?" : ""}\``).join(", "),
        (remark?.value ?? "").replaceAll(/^\*|\s*\n\s*\*?\s*/g, " ").trim(),
      ];
    }),
  );
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|").replaceAll("\n", " ")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
