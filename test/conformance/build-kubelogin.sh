#!/usr/bin/env bash
# Builds Microsoft's kubelogin, which signs kubectl in with Microsoft Entra, from its Go module into .tools/bin/kubelogin.
# Needs Go 1.26.4 or newer. Usage: test/conformance/build-kubelogin.sh [module version, v0.2.20]
set -euo pipefail

version=${1:-v0.2.20}
tools=$(cd "$(dirname "$0")/../.." && pwd)/.tools/bin

if ! command -v go > /dev/null; then
  echo "go is missing: install it, or put kubelogin on the path" >&2
  exit 1
fi
mkdir -p "$tools"
GOBIN="$tools" go install -trimpath -ldflags "-s -w" "github.com/Azure/kubelogin@$version"
"$tools/kubelogin" --version
