import { UsageError } from "../../report/index.ts";
import { BRIEFS } from "../briefs.ts";
import { command } from "../command.ts";

/** Each shell asks `quayside __complete` with the words so far and gets one proposal a line. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_quayside() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(quayside __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _quayside quayside`,
  zsh: `#compdef quayside
_quayside() { compadd -- \${(f)"$(quayside __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)"} }
compdef _quayside quayside`,
  fish: `complete -c quayside -f -a '(quayside __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
};

export const completions = command<Readonly<Record<string, unknown>>, [shell: string]>({
  brief: BRIEFS.completions,
  positional: {
    kind: "tuple",
    parameters: [
      { brief: "bash, zsh or fish", parse: String, placeholder: "shell", proposeCompletions: () => Object.keys(SCRIPTS) },
    ],
  },
  async run(_flags, bench, shell) {
    const script = SCRIPTS[shell];
    if (script === undefined)
      throw new UsageError(`there is no completion for ${shell}`, {
        code: "cli.unknown-shell",
        hint: `shells are ${Object.keys(SCRIPTS).join(", ")}`,
      });
    bench.renderer.result(script, { shell, script });
  },
});
