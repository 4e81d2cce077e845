/** `["cluster", "properties", "issuerURL"]` as one identifier: `clusterPropertiesIssuerURL`. */
export function camelCase(words: readonly string[]): string {
  const pieces = words.flatMap((word) => word.split(/[^A-Za-z0-9]+/)).filter((piece) => piece !== "");
  const name = pieces
    .map((piece, at) => (at === 0 ? piece.slice(0, 1).toLowerCase() : piece.slice(0, 1).toUpperCase()) + piece.slice(1))
    .join("");
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** Gives names that nobody has yet; parameters differ by more than case in ARM. */
export function createNames(taken: Iterable<string>) {
  const known = new Set([...taken].map((name) => name.toLowerCase()));
  return (wish: string, instead = wish): string => {
    let free = known.has(wish.toLowerCase()) ? instead : wish;
    for (let number = 2; known.has(free.toLowerCase()); number++) free = `${instead}${number}`;
    known.add(free.toLowerCase());
    return free;
  };
}
