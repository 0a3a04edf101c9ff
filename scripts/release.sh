#!/usr/bin/env bash
# Makes what a release consists of, into an empty or new folder: scripts/release.sh v1.2.3 release
#
# Fails when the tag is not the version of package.json, or CHANGELOG.md does not tell of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tag=$1
mkdir -p "$2"
folder=$(cd "$2" && pwd)

version=$(node --print 'require("./package.json").version')
if [ "$tag" != "v$version" ]; then
  echo "The tag is $tag, but package.json has $version." >&2
  exit 2
fi
# The section under "## 1.2.3", or "## 1.2.3 (2026-01-31)".
awk -v version="$version" '
  /^## / { inside = ($2 == version); next }
  inside { print }
' CHANGELOG.md | sed '/./,$!d' > "$folder/NOTES.md"
if [ ! -s "$folder/NOTES.md" ]; then
  echo "CHANGELOG.md has no section \"## $version\"." >&2
  exit 2
fi

npm run --silent build
npm pack --silent --pack-destination "$folder" > /dev/null
python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir "$folder" ./python
npm sbom --sbom-format cyclonedx --sbom-type application > "$folder/sbom.cdx.json"
cd "$folder"
sha256sum -- *.tgz *.whl sbom.cdx.json > SHA256SUMS
