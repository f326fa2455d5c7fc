#!/bin/sh
# compare.sh EXPECTED PROGRAM [ARGUMENT...]: a program's output must be the expected text, byte for byte, but for the options
# of PyTorch's optimizers that only choose an implementation; see README.md.
expected=$1
shift
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
"$@" > printed.out || { echo "$1 failed"; exit 1; }
grep -vE '^    (capturable|differentiable|foreach|fused): ' "$expected" > wanted.out
diff -u wanted.out printed.out && echo "the same text"
