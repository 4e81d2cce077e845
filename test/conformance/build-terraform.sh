#!/usr/bin/env bash
# Builds OpenTofu, which reads the same modules, from its Go module into .tools/bin/tofu, for machines without Terraform
# (Terraform's own module cannot be built from the module proxy: it leaves out the backends that it is made of).
# Needs Go and, for some minutes, a processor. Usage: test/conformance/build-terraform.sh [module version, v1.12.6]
set -euo pipefail

version=${1:-v1.12.6}
tools=$(cd "$(dirname "$0")/../.." && pwd)/.tools/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! command -v go > /dev/null; then
  echo "go is missing: install it, or put terraform or tofu on the path" >&2
  exit 1
fi
cd "$work"
go mod init tools > /dev/null 2>&1
source=$(go mod download -json "github.com/opentofu/opentofu@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
mkdir -p "$tools"
# In its own module, whose replacements of other modules count only there.
cp "$source/go.mod" "$work/tofu.mod"
cp "$source/go.sum" "$work/tofu.sum"
go -C "$source" build -modfile="$work/tofu.mod" -trimpath -ldflags "-s -w -X github.com/opentofu/opentofu/version.dev=no" \
  -o "$tools/tofu" ./cmd/tofu
"$tools/tofu" version
