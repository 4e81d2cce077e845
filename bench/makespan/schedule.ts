import type { Graph } from "../../src/ir/index.ts";

type Durations = ReadonlyMap<string, number>;

/** The longest chain of a graph, in the unit of the durations. No schedule is shorter. */
export function criticalPath(graph: Graph, durations: Durations): { readonly length: number; readonly path: readonly string[] } {
  const known = new Map<string, { length: number; path: readonly string[] }>();
  const longestTo = (name: string): { length: number; path: readonly string[] } => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const before = longest([...(graph.get(name) ?? [])].map(longestTo));
    const made = { length: before.length + (durations.get(name) ?? 0), path: [...before.path, name] };
    known.set(name, made);
    return made;
  };
  return longest([...graph.keys()].map(longestTo));
}

function longest(paths: readonly { length: number; path: readonly string[] }[]) {
  return paths.reduce((best, path) => (path.length > best.length ? path : best), { length: 0, path: [] });
}

/** When the last one ends, if so many run at a time and each begins, first come first served, once those before it have ended. */
export function makespan(graph: Graph, durations: Durations, parallelism: number): number {
  const waiting = new Map([...graph].map(([name, before]) => [name, new Set(before)]));
  const running: { readonly name: string; readonly endsAt: number }[] = [];
  let now = 0;
  while (waiting.size > 0 || running.length > 0) {
    for (const [name, before] of waiting) {
      if (running.length >= parallelism) break;
      if (before.size > 0) continue;
      waiting.delete(name);
      running.push({ name, endsAt: now + (durations.get(name) ?? 0) });
    }
    running.sort((a, b) => a.endsAt - b.endsAt);
    const ended = running.shift();
    if (ended === undefined) throw new Error(`a circle among ${[...waiting.keys()].join(", ")}`);
    now = ended.endsAt;
    for (const before of waiting.values()) before.delete(ended.name);
  }
  return now;
}
