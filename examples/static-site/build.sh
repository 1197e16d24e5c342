#!/bin/sh
# Writes the site to the folder $1, released as commit $2: assets get a name that changes with their content.
set -eu
out=$1 commit=${2:-unknown}
rm -rf "$out"
mkdir -p "$out/assets"
sum=$(cksum <src/style.css | cut -d ' ' -f 1)
cp src/style.css "$out/assets/style-$sum.css"
for page in src/*.html; do
	sed -e "s/style\.css/style-$sum.css/" -e "s/@COMMIT@/$commit/" "$page" >"$out/${page##*/}"
done
