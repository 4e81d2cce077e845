/** `lib/what-if.jq`: what `az deployment group what-if` foresees, in lines for people. */
export const WHAT_IF_JQ = String.raw`# From the answer of az deployment group what-if: a line for each resource that changes, its members below it, and their number.

def signs: { Create: "+", Modify: "~", Delete: "-", Deploy: "!" };
def words: { Create: "create", Modify: "modify", Delete: "delete", Deploy: "deploy" };

def shown: if . == null then "nothing" else tojson | if length > 60 then .[:57] + "..." else . end end;

# Members that change, each with the path to it.
def members($above):
  ($above + [.path]) as $path
  | if (.children | length) > 0 then .children[] | members($path)
    else "        \($path | join(".")): \(.before | shown) -> \(.after | shown)" end;

[.changes[] | select(.changeType | in(signs))] as $changes
| ($changes | sort_by(.resourceId)[]
    | "    \(signs[.changeType]) \(.resourceId | split("/providers/") | last)",
      (select(.changeType == "Modify") | .delta[]? | members([]))),
  "Resource changes: \(
    if $changes == [] then "no change"
    else [$changes | group_by(.changeType)[] | "\(length) to \(words[.[0].changeType])"] | join(", ") end)."
`;
