#!/usr/bin/env bash
# Builds crane, a client of container registries, from its Go module into .tools/bin/crane.
# Needs Go. Usage: test/conformance/build-crane.sh [module version, v0.22.1]
set -euo pipefail

version=${1:-v0.22.1}
tools=$(cd "$(dirname "$0")/../.." && pwd)/.tools/bin

if ! command -v go > /dev/null; then
  echo "go is missing: install it, or put crane on the path" >&2
  exit 1
fi
mkdir -p "$tools"
GOBIN="$tools" go install -trimpath "github.com/google/go-containerregistry/cmd/crane@$version"
"$tools/crane" version
