/** `${{inputs.x}}` and `${{outputs.y}}` in a command: what Azure ML replaces before the shell sees it. */
const EXPRESSION = /\$\{\{\s*([^}]*?)\s*\}\}/g;
const REFERENCE = /^(inputs|outputs)\.([A-Za-z_][A-Za-z0-9_]*)$/;

export interface Reference {
  readonly text: string;
  /** Absent when it is none that a command job knows. */
  readonly target?: { readonly side: "inputs" | "outputs"; readonly name: string };
}

export function references(command: string): Reference[] {
  return [...command.matchAll(EXPRESSION)].map(([text, inner = ""]) => {
    const [, side, name] = REFERENCE.exec(inner) ?? [];
    return side === undefined || name === undefined ? { text } : { text, target: { side: side as "inputs" | "outputs", name } };
  });
}

export function substitute(command: string, value: (side: "inputs" | "outputs", name: string) => string): string {
  return command.replace(EXPRESSION, (text, inner: string) => {
    const [, side, name] = REFERENCE.exec(inner) ?? [];
    return side === undefined || name === undefined ? text : value(side as "inputs" | "outputs", name);
  });
}

/** A path as one word of the shell; Azure's paths need no quotes, a rehearsal's state folder may. */
export function shellPath(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** ISO 8601 as limits use it (`PT1H30M`, `P1D`) in milliseconds; `undefined` when it is none. */
export function durationMs(text: string): number | undefined {
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(text);
  if (match === null || text === "P" || text.endsWith("T")) return undefined;
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0)) as [number, number, number, number];
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}
