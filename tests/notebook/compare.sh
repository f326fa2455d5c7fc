#!/bin/sh
# compare.sh EXPECTED PROGRAM [ARGUMENT...]: a program's output must be the expected text, byte for byte.
expected=$1
shift
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$@" > printed.out || { echo "$1 failed"; exit 1; }
diff -u "$expected" printed.out && echo "the same text"
