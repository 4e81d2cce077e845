/** A word of the shell that is exactly this text. */
export function quote(text: string): string {
  return /^[A-Za-z0-9_@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** `aksNodeVmSize` as a flag: `aks-node-vm-size`. */
export function flagName(parameter: string): string {
  return parameter.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

/** Words on lines of a width, each line after an indentation. */
export function wrap(text: string, indentation: string, width = 100): string[] {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/\s+/)) {
    if (current !== "" && indentation.length + current.length + 1 + word.length > width) {
      lines.push(indentation + current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, indentation + current];
}
