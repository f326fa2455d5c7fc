#!/bin/sh
# run.sh PROGRAM DATA: replays the cases that stand in the project, then those that TALWEG_GOLDENS_DIR names.
program=$1
status=0
for folder in "$2" "${TALWEG_GOLDENS_DIR:-}"; do
  if [ -n "$folder" ] && [ -d "$folder" ]; then
    echo "== $folder"
    "$program" "$folder" || status=1
  elif [ -n "$folder" ]; then
    echo "== $folder isn't a folder"
    status=1
  fi
done
exit $status
