#!/bin/sh
# Squeeze the chat page and the loader into static/dist, which is committed: nobody who runs Shakwa needs this.
# Needs npx; then prints what a phone must load, as gzip -9 bytes.
set -eu
cd "$(dirname "$0")/static"
esbuild="${ESBUILD:-npx --yes esbuild@0.28.2}"
squeeze="$esbuild --minify --charset=utf8 --log-level=warning --target=chrome123,firefox128,safari17.5"
rm -rf dist
mangle() { ${TERSER:-npx --yes terser@5} "$1" --compress passes=3,ecma=2022,unsafe_arrows --mangle --output "$@"; }
$squeeze chat.js --bundle --format=esm --external:./proof.js --outfile=dist/chat.js
$squeeze proof.js --format=esm --outfile=dist/proof.js
$squeeze chat.css --outfile=dist/chat.css
$squeeze pages.css --outfile=dist/pages.css
$squeeze loader.js --outfile=dist/loader.js
cp icon.svg dist/
for script in chat proof; do mangle dist/$script.js --module; done
mangle dist/loader.js
sed -i 's/\\n *//g' dist/loader.js # the indents of its style sheet
for file in dist/*; do printf '%6d  %s\n' "$(gzip -9 -c "$file" | wc -c)" "$file"; done
