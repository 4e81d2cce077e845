import { EXIT } from "./names.ts";

/** `lib/common.sh`: messages, endings, questions and versions. Works in the bash 3.2 of macOS. */
export const COMMON_LIBRARY = `# shellcheck shell=bash disable=SC2034 # what is set here is read by the scripts
# Messages, endings, questions and versions.

readonly EXIT_FAILED=${EXIT.failed} EXIT_USAGE=${EXIT.usage} EXIT_PARAMETERS=${EXIT.diagnostics} EXIT_VERIFICATION=${EXIT.verification} EXIT_DECLINED=${EXIT.declined} EXIT_INTERRUPTED=${EXIT.interrupted}

# How long to wait before Azure is asked again.
readonly POLL_SECONDS="\${QUAYSIDE_POLL_SECONDS:-10}"

step() { printf '\\n==> %s\\n' "$*"; }
say() { printf '    %s\\n' "$*"; }
warn() { printf 'warning: %s\\n' "$*" >&2; }

# fail CODE MESSAGE [HINT]
fail() {
  printf 'error: %s\\n' "$2" >&2
  if [ -n "\${3:-}" ]; then printf '  %s\\n' "$3" >&2; fi
  exit "$1"
}

scratch=''
# What goes on without the script, should it end before its time.
said_when_stopped=''

clean_up() {
  local code=$?
  if [ -n "$scratch" ]; then rm -rf -- "$scratch"; fi
  exit "$code"
}

interrupted() {
  printf '\\ninterrupted%s\\n' "\${said_when_stopped:+; $said_when_stopped}" >&2
  exit "$EXIT_INTERRUPTED"
}

# A command failed and nobody asked whether it would; it has said why. Its own code could be mistaken for one of ours.
unexpected() {
  if [ "$BASH_SUBSHELL" = 0 ]; then
    printf 'error: stopped at line %s of %s\\n' "\${BASH_LINENO[0]}" "\${BASH_SOURCE[1]##*/}" >&2
    if [ -n "$said_when_stopped" ]; then printf '  %s\\n' "$said_when_stopped" >&2; fi
  fi
  exit "$EXIT_FAILED"
}

# A folder that is gone when the script ends, however it ends.
prepare() {
  umask 077
  trap clean_up EXIT
  trap unexpected ERR
  trap interrupted INT TERM
  scratch=$(mktemp -d "\${TMPDIR:-/tmp}/quayside.XXXXXX")
}

# takes_value FLAG COUNT: the flag and its value are still there.
takes_value() {
  if [ "$2" -lt 2 ]; then fail "$EXIT_USAGE" "$1 needs a value" "see --help"; fi
}

# Asks; no answer, and no terminal to ask at, mean no.
confirm() {
  local answer=''
  if [ ! -t 0 ]; then
    warn "there is no terminal to ask at; --yes answers beforehand"
    return 1
  fi
  printf '%s [y/N] ' "$1"
  read -r answer || true
  case "$answer" in
    y | Y | yes | Yes | YES) return 0 ;;
    *) return 1 ;;
  esac
}

# True when a version is not older: at_least FOUND LEAST
at_least() {
  local found=$1 least=$2 index have need
  for index in 1 2 3; do
    have=$(printf '%s' "$found.0.0" | cut -d. -f"$index")
    need=$(printf '%s' "$least.0.0" | cut -d. -f"$index")
    have=\${have%%[!0-9]*}
    if [ "\${have:-0}" -gt "$need" ]; then return 0; fi
    if [ "\${have:-0}" -lt "$need" ]; then return 1; fi
  done
}

# need TOOL LEAST FOUND WHERE
need() {
  if [ -z "$3" ]; then fail "$EXIT_FAILED" "$1 is not here; version $2 or later is needed" "$4"; fi
  if ! at_least "$3" "$2"; then fail "$EXIT_FAILED" "$1 is $3; version $2 or later is needed" "$4"; fi
}

present() { command -v "$1" > /dev/null 2>&1; }
`;
