#!/usr/bin/env bash
# Builds kubectl from its Go module into .tools/kubectl, for machines whose own is missing or older than 1.29.
# Needs Go and, for some minutes, a processor. Usage: test/conformance/build-kubectl.sh [module version, v0.35.0]
set -euo pipefail

version=${1:-v0.35.0}
tools=$(cd "$(dirname "$0")/../.." && pwd)/.tools
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v go > /dev/null; then
  echo "go is missing: install it, or put a kubectl of 1.29 or newer on the path" >&2
  exit 1
fi
cat > "$work/main.go" << 'GO'
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
GO
cd "$work"
go mod init kubectl > /dev/null 2>&1
go get "k8s.io/kubectl@$version" "k8s.io/component-base@$version"
go mod tidy
mkdir -p "$tools"
# The module's minor is Kubernetes' own: v0.35.0 is kubectl 1.35.0.
go build -trimpath -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=v1.${version#v0.}" -o "$tools/kubectl" .
"$tools/kubectl" version --client
