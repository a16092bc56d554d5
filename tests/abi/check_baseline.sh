#!/bin/sh
# usage: check_baseline.sh SHARED BASELINE
# Anything that was in the baseline must still be there, unchanged; additions are allowed here and enter the baseline by script/abi-baseline.
set -eu
exec abidiff --no-added-syms --no-show-locs "$2" "$1"
