#!/bin/sh
# usage: check_baseline.sh SHARED BASELINE HEADER_DIR
# Anything that was in the baseline must still be there, unchanged; additions are allowed here and enter the baseline by script/abi-baseline. What
# lies behind an opaque handle may change: those are the types that the headers name without a body.
set -eu
opaque=$(find "$3" -name '*.h' -exec sed -n 's/^typedef struct \(recs_[a-z_]*\) \1;.*/\1/p' {} + | sort -u | paste -sd'|')
suppressions=$(mktemp)
trap 'rm -f "$suppressions"' EXIT
printf '[suppress_type]\n  name_regexp = ^(recs__.*|%s)$\n' "$opaque" >"$suppressions"
abidiff --suppressions "$suppressions" --no-added-syms --no-show-locs "$2" "$1"
