# From $declared, the parameter files $base and $file, and E:name=text and F:name=text as arguments to
# { parameters, problems }. A flag wins over $file, that over an environment variable, and that over $base.

def of_type($wanted):
  if $wanted == "int" then type == "number" and . == floor
  elif $wanted == "bool" then type == "boolean"
  else type == $wanted end;

def parse($wanted):
  . as $text
  | if $wanted == "int" then (if test("^-?[0-9]+$") then tonumber else $text end)
    elif $wanted == "bool" then (if . == "true" then true elif . == "false" then false else $text end)
    elif $wanted == "array" or $wanted == "object" then (try fromjson catch $text)
    else $text end;

def from_arguments($declared; $kind):
  reduce ($ARGS.positional[] | select(startswith($kind))) as $argument ({};
    ($argument[2:] | index("=")) as $at
    | $argument[2:][:$at] as $name
    | .[$name] = { value: ($argument[2:][$at + 1:] | parse($declared[$name].type)) });

def words($wanted):
  { int: "a whole number", bool: "true or false", string: "text", array: "a JSON array", object: "a JSON object" }[$wanted];

def problems_of($name; $value):
  .type as $wanted
  | "\($name) is \($value | tojson | .[:80])" as $seen
  | if ($value | of_type($wanted) | not) then "\($seen); it takes \(words($wanted))"
    elif .allowed and (.allowed | index([$value]) == null) then "\($seen); it takes one of \(.allowed | join(", "))"
    elif .keys and (($value | keys) - .keys) != [] then
      "\($name) has no key \((($value | keys) - .keys) | join(", ")); it takes \(.keys | join(", "))"
    elif .minValue and $value < .minValue then "\($seen); the least is \(.minValue)"
    elif .maxValue and $value > .maxValue then "\($seen); the most is \(.maxValue)"
    elif .minLength and ($value | length) < .minLength then "\($seen); it needs a length of at least \(.minLength)"
    elif .maxLength and ($value | length) > .maxLength then "\($seen); it may have a length of \(.maxLength)"
    elif .pattern and (.pattern as $pattern | $value | test($pattern) | not) then "\($seen); it must match \(.pattern)"
    else empty end;

$declared[0] as $declared
| (($base[0].parameters // {}) + from_arguments($declared; "E:") + ($file[0].parameters // {}) + from_arguments($declared; "F:"))
  as $given
| {
    parameters: {
      "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
      contentVersion: "1.0.0.0",
      parameters: $given
    },
    problems: (
      [ $given | to_entries[] | .key as $name | .value as $entry
        | if ($declared | has($name) | not) then "\($name) is not one of the platform's"
          elif ($entry | type) != "object" then "\($name) has no \"value\" in its file"
          elif ($entry | has("reference")) then empty
          elif ($entry | has("value") | not) then "\($name) has no \"value\" in its file"
          else $declared[$name] | problems_of($name; $entry.value) end ]
      + [ $declared | to_entries[] | select(.value.required and ($given[.key] == null))
          | "\(.key) is not given; set \(.value.environment // .value.flag) or give \(.value.flag)" ])
  }
