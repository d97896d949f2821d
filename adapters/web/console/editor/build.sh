#!/bin/sh
# Bundles the editor of rule files anew, from the versions in package-lock.json, and prints its line for vendor.lock. Needs node and npm.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --silent
version=$(node -p "require('./node_modules/@codemirror/view/package.json').version")
file="codemirror-$version.min.js"
to=../static/vendor
rm -f "$to"/codemirror-*.min.js
npx esbuild editor.js --bundle --minify --format=esm --target=es2020 --charset=utf8 --legal-comments=none --log-level=warning --outfile="$to/$file"
echo "$file  $(sha256sum "$to/$file" | cut -d' ' -f1)  MIT  @codemirror/view  $version  adapters/web/console/editor/build.sh"
rm -rf node_modules
