import { badRequest, unsupported } from "../../common/faults.ts";

/** One command of a line, and when it runs: always, or only after the one before it ended well. */
export interface Command {
  readonly words: readonly string[];
  readonly after: "always" | "success";
}

/** What `kubectl` may be asked to do here: it talks to the API server and ends by itself. */
const VERBS = [
  "annotate",
  "api-resources",
  "apply",
  "auth",
  "create",
  "delete",
  "describe",
  "diff",
  "events",
  "explain",
  "get",
  "label",
  "logs",
  "patch",
  "rollout",
  "scale",
  "set",
  "version",
  "wait",
];
/** They lead to another cluster, or to who somebody is not. */
const REFUSED_FLAGS = ["--kubeconfig", "--server", "--token", "--context", "--cluster", "--user", "--insecure-skip-tls-verify"];
/** Short flags may be run together: any of those without a value, then `-s`, which names a server. */
const SHORT_SERVER = /^-[ARhqw]*s/;
/** All that may stand ahead of the verb: of any other flag nobody but kubectl knows whether the next word is its value. */
const NAMESPACE = /^(-n|--namespace)$/;
const TOKEN = /\s*(?:(&&|;|\n)|((?:[^\s'"\\&;|<>$`()*?#]|\\.|'[^']*'|"(?:[^"\\$`]|\\.)*")+))/y;

/**
 * The commands of a line: `kubectl` with `&&` or `;` between them, quoted as a shell reads it. Azure gives the line to a shell
 * in a container; here there is neither, so whatever else a shell would do is refused by name.
 */
export function parseCommands(line: string): Command[] {
  const commands: { words: string[]; after: Command["after"] }[] = [];
  let next: Command["after"] | undefined = "always";
  TOKEN.lastIndex = 0;
  while (line.slice(TOKEN.lastIndex).trim() !== "") {
    const at = TOKEN.lastIndex;
    const [, separator, word] = TOKEN.exec(line) ?? [];
    if (separator !== undefined) next = separator === "&&" ? "success" : "always";
    else if (word === undefined)
      throw unsupported(`runCommand with ${JSON.stringify(line.slice(at).trim().slice(0, 12))}: no shell reads the line`);
    else if (next === undefined) commands.at(-1)?.words.push(unquote(word));
    else {
      commands.push({ words: [unquote(word)], after: next });
      next = undefined;
    }
  }
  if (commands.length === 0) throw badRequest("BadRequest", "command is empty");
  for (const { words } of commands) requireKnown(words);
  return commands;
}

function unquote(word: string): string {
  return word.replace(/'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)/g, (_, single?: string, double?: string, escaped?: string) => {
    if (single !== undefined) return single;
    return double === undefined ? (escaped ?? "") : double.replace(/\\(["\\$`])/g, "$1");
  });
}

function requireKnown([program = "", ...words]: readonly string[]): void {
  if (program !== "kubectl") throw unsupported(`runCommand with ${program} (kubectl alone runs here)`);
  const verb = verbOf(words);
  if (!VERBS.includes(verb)) throw unsupported(`runCommand with kubectl ${verb}`);
  for (const word of words) {
    const [flag = ""] = word.split("=", 1);
    if (REFUSED_FLAGS.includes(flag) || SHORT_SERVER.test(word)) throw unsupported(`runCommand with ${flag}`);
    if (leadsOut(word)) throw unsupported(`runCommand with ${word}, which is not in the context`);
  }
}

function verbOf([first = "", ...rest]: readonly string[]): string {
  if (NAMESPACE.test(first)) return verbOf(rest.slice(1));
  if (NAMESPACE.test(first.split("=", 1)[0] ?? "")) return verbOf(rest);
  if (first.startsWith("-")) throw unsupported(`runCommand with ${first} ahead of kubectl's verb (put it behind)`);
  return first;
}

/** Names a file or an address outside of what came with the command, whatever flag it belongs to: `-f/x`, `--from-file=key=/x`, `a,../b`. */
function leadsOut(word: string): boolean {
  const parts = word.replace(/^-[a-zA-Z]+/, "").split(/[=,]/);
  return parts.some((part) => /^(\/|~|[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(part) || part.split("/").includes(".."));
}
