/** What a token is for: `repository:team/app:pull,push`, `registry:catalog:*`. */
export interface Scope {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** Scopes of a request for a token: repeated, or several in one with spaces between. */
export function parseScopes(values: readonly string[]): Scope[] {
  return values
    .flatMap((value) => value.split(" "))
    .flatMap((text) => {
      const [type = "", name = "", actions = ""] = text.split(":");
      return type === "" || name === "" ? [] : [{ type, name, actions: actions.split(",").filter((action) => action !== "") }];
    });
}

export function scopeText({ type, name, actions }: Scope): string {
  return `${type}:${name}:${actions.join(",")}`;
}

/** True when what was granted has every action that is needed. */
export function covers(granted: readonly Scope[], needed: Scope): boolean {
  const held = granted.filter(({ type, name }) => type === needed.type && name === needed.name).flatMap(({ actions }) => actions);
  return needed.actions.every((action) => held.includes(action) || held.includes("*"));
}
